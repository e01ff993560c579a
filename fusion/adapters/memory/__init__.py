"""The public fakes: every port in memory. They pass the contract suites, and tests of plugins may use them, too."""
