"""What the solver computes with: abstract values, hostile data, states, and folding of constants."""
