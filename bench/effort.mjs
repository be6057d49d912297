// The number and length of measurements: all in some minutes, or a smoke test in some seconds.

export const efforts = {
  full: {
    rules: [14, 100, 1000, 10_000],
    streamBytes: 2_000_000,
    growth: { rounds: 5, warmUp: 0, share: 1 },
    long: { rounds: 3, warmUp: 0, share: 1 },
    calls: { rounds: 21, warmUp: 5, atLeastMs: 50 },
    adversarial: { rounds: 7, warmUp: 1, atLeastMs: 20 },
    slowTier: { rounds: 9, warmUp: 0, share: 1 },
    compile: { rounds: 5, warmUp: 1 },
    start: { rounds: 21, warmUp: 1 },
  },
  quick: {
    rules: [14, 100],
    streamBytes: 200_000,
    growth: { rounds: 1, warmUp: 0, share: 0.002 },
    long: { rounds: 1, warmUp: 0, share: 0.002 },
    calls: { rounds: 2, warmUp: 1, atLeastMs: 5 },
    adversarial: { rounds: 1, warmUp: 0, atLeastMs: 1 },
    slowTier: { rounds: 1, warmUp: 0, share: 0.001 },
    compile: { rounds: 1, warmUp: 0 },
    start: { rounds: 1, warmUp: 0 },
  },
};
