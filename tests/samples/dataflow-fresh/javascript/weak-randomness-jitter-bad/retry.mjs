const draw = () => Math.random();

export function otp(digits = 6) {
  let code = '';
  outer: for (;;) {
    while (code.length < digits) {
      const d = Math.floor(draw() * 10);
      if (code.length === 0 && d === 0) continue outer;
      code += d;
    }
    break;
  }
  return code;
}

export async function sendOtp(user, sms) {
  const otpCode = otp();
  await sms.send(user.phone, `Your code: ${otpCode}`);
  return otpCode;
}
