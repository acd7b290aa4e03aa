import "./live.js";
import "./keys.js";
import "./answer.js";
import "./phrases.js";
