namespace Cli.Replay;

/// <summary>One row of a pod list, checked.</summary>
/// <param name="Line">In the file, from 2.</param>
/// <param name="GpuMilli">Of each GPU, 1–1000; 0 without GPUs.</param>
/// <param name="GpuModels">Empty: any.</param>
internal sealed record PodRow(int Line, string Name, long CpuMilli, long MemoryMiB, int Gpus, int GpuMilli, IReadOnlyList<string> GpuModels);
