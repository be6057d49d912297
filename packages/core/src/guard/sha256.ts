// Hashes and random numbers as hexadecimal digits.

const encoder = new TextEncoder();

/** The SHA-256 of a text, as 64 hexadecimal digits. Rejects where the runtime has no Web Crypto. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}

/** 128 random bits, as 32 hexadecimal digits. */
export function randomTicket(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
