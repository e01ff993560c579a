def run(text)
  eval(text)
end
