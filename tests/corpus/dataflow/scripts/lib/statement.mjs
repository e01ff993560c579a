export function bound(strings, ...values) {
  return { text: strings.join('?'), values };
}

export function inline(strings, ...values) {
  let text = strings[0];
  values.forEach((value, i) => {
    text += String(value) + strings[i + 1];
  });
  return { text, values: [] };
}
