class A { Object run(String text) { return parser.parseExpression(text).getValue(); } }
