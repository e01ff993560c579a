class A { Object run() { return parser.parseExpression("1 + 1").getValue(); } }
