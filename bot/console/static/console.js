import "./live.js";
import "./attention.js";
import "./drafts.js";
import "./lengths.js";
import "./keys.js";
import "./answer.js";
import "./phrases.js";
