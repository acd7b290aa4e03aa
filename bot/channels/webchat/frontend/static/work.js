"use strict";
// A worker that does what the door asks for in a wave (bot/channels/webchat/proof_of_work.py): of `ticket puzzles bits`, one number for each puzzle, with
// which the SHA-256 of `ticket:puzzle:number` begins with so many zero bits. It knows SHA-256 itself: the browser's own answers each call
// so late that it would take ten times as long, and is not there without HTTPS. No text here fills more than one block of 64 bytes.
(function () {
  var CONSTANTS = [], START = [], words = new Int32Array(64);

  function bitsAfterPoint(number) { return (number - Math.floor(number)) * 4294967296 | 0; }
  function isPrime(number) {
    for (var by = 2; by * by <= number; by++) if (number % by === 0) return false;
    return true;
  }
  for (var number = 2; CONSTANTS.length < 64; number++) {
    if (!isPrime(number)) continue;
    if (START.length < 8) START.push(bitsAfterPoint(Math.pow(number, 1 / 2)));
    CONSTANTS.push(bitsAfterPoint(Math.pow(number, 1 / 3)));
  }
  CONSTANTS = Int32Array.from(CONSTANTS);

  // Returns the first 32 bits of the hash of a text of at most 55 letters of ASCII.
  function hash(text) {
    var i, length = text.length;
    for (i = 0; i < 16; i++) words[i] = 0;
    for (i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
    words[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
    words[15] = length * 8;
    for (i = 16; i < 64; i++) {
      var x = words[i - 15], y = words[i - 2];
      words[i] = words[i - 16] + words[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
    }
    var a = START[0], b = START[1], c = START[2], d = START[3], e = START[4], f = START[5], g = START[6], h = START[7];
    for (i = 0; i < 64; i++) {
      var one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + CONSTANTS[i] + words[i] | 0;
      var two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
    }
    return a + START[0] | 0;
  }

  function work(asked) {
    var parts = asked.split(" "), found = [parts[0]];
    for (var puzzle = 0; puzzle < Number(parts[1]); puzzle++) {
      var tried = 0, before = parts[0] + ":" + puzzle + ":";
      while (hash(before + tried) >>> (32 - Number(parts[2])) !== 0) tried++;
      found.push(tried);
    }
    return found.join(" ");
  }

  self.onmessage = function (event) { self.postMessage(work(event.data)); };
})();
