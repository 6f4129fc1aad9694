"""Reference data, the labelled demonstration programme and the synthetic load for benchmarks."""
