export async function showMasking() {}
