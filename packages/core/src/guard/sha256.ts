// Hashes and random numbers as hexadecimal digits.

const encoder = new TextEncoder();

/** The SHA-256 of a text or of bytes, as 64 hexadecimal digits. Rejects where the runtime has no Web Crypto. */
export async function sha256(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** 128 random bits, as 32 hexadecimal digits. */
export function randomTicket(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
