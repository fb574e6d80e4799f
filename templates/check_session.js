// The provider's side of Session Management 1.0, section 3.2: a frame in an application's page asks
// whether the login state has changed. The answer is computed here, without a request. ES5 and no
// Web Crypto, so that it runs wherever a page can show it.
(function () {
  "use strict";

  var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  function fractionOfRoot(prime, power) {
    var root = Math.pow(prime, power);
    return ((root - Math.floor(root)) * 4294967296) | 0;
  }

  // The constants of FIPS 180-4, sections 4.2.2 and 5.3.3: fractions of roots of the first primes.
  var keys = [], initial = [];
  for (var candidate = 2; keys.length < 64; candidate++) {
    var prime = true;
    for (var divisor = 2; divisor * divisor <= candidate; divisor++) {
      if (candidate % divisor === 0) { prime = false; }
    }
    if (prime) {
      if (initial.length < 8) { initial.push(fractionOfRoot(candidate, 1 / 2)); }
      keys.push(fractionOfRoot(candidate, 1 / 3));
    }
  }

  function rotated(word, bits) { return (word >>> bits) | (word << (32 - bits)); }

  function compress(hash, block) {
    var words = block.slice(0), state = hash.slice(0), i;
    for (i = 16; i < 64; i++) {
      var a = words[i - 15], b = words[i - 2];
      var s0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3);
      var s1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    for (i = 0; i < 64; i++) {
      var e = state[4], first = state[0];
      var big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      var choice = (e & state[5]) ^ (~e & state[6]);
      var one = (state[7] + big1 + choice + keys[i] + words[i]) | 0;
      var big0 = rotated(first, 2) ^ rotated(first, 13) ^ rotated(first, 22);
      var majority = (first & state[1]) ^ (first & state[2]) ^ (state[1] & state[2]);
      state = [(one + big0 + majority) | 0].concat(state.slice(0, 7));
      state[4] = (state[4] + one) | 0;
    }
    return hash.map(function (word, at) { return (word + state[at]) | 0; });
  }

  // SHA-256 of a text in UTF-8, in base64url.
  function sha256(text) {
    var bytes = unescape(encodeURIComponent(text)), length = bytes.length, i;
    var words = [], hash = initial;
    bytes += "\u0080";
    while (bytes.length % 64 !== 56) { bytes += "\u0000"; }
    for (i = 0; i < bytes.length; i++) {
      words[i >> 2] = (words[i >> 2] || 0) | (bytes.charCodeAt(i) << (24 - 8 * (i % 4)));
    }
    words.push(Math.floor(length / 536870912), (length << 3) | 0);
    for (i = 0; i < words.length; i += 16) { hash = compress(hash, words.slice(i, i + 16)); }
    var encoded = "";
    for (i = 0; i < 258; i += 6) {
      var high = hash[i >> 5], low = hash[(i >> 5) + 1] || 0, offset = i % 32;
      var bits = offset <= 26 ? high >>> (26 - offset) : (high << (offset - 26)) | (low >>> (58 - offset));
      encoded += alphabet.charAt(bits & 63);
    }
    return encoded;
  }

  function browserState() {
    var name = location.protocol === "https:" ? "__Host-idp-state" : "idp-state";
    var pairs = document.cookie.split("; ");
    for (var i = 0; i < pairs.length; i++) {
      if (pairs[i].indexOf(name + "=") === 0) { return pairs[i].slice(name.length + 1); }
    }
    return "";
  }

  function answer(message, origin) {
    var space = String(message).lastIndexOf(" ");
    var client = String(message).slice(0, space), state = String(message).slice(space + 1);
    var salt = state.split(".")[1];
    if (space < 1 || !salt) { return "error"; }
    var own = sha256(client + " " + origin + " " + browserState() + " " + salt) + "." + salt;
    return own === state ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    event.source.postMessage(answer(event.data, event.origin), event.origin);
  }, false);
}());
