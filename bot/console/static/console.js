import "./live.js";
import "./attention.js";
import "./keys.js";
import "./answer.js";
import "./phrases.js";
