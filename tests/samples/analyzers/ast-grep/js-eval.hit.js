function run(text) { return eval(text); }
const later = new Function("a", body);
