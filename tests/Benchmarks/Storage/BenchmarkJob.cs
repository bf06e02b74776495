using Grains.Storage;
using Scheduling.Model;

namespace Benchmarks.Storage;

/// <summary>A job record of the usual size.</summary>
[GenerateSerializer]
public sealed record BenchmarkJob : IIndexedJob
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public int Attempt { get; init; }
    [Id(2)] public required JobSpec Spec { get; init; }
    [Id(3)] public required DateTimeOffset SubmittedAt { get; init; }

    public JobIndexRow ToIndexRow() => new()
    {
        Job = new JobId(Id),
        Name = Spec.Name,
        Tenant = Spec.Tenant,
        User = Spec.User,
        Quota = Spec.Quota,
        Pool = Spec.Pool,
        Phase = Attempt % 2 == 0 ? "Running" : "Pending",
        Ended = false,
        Attempt = Attempt,
        Priority = Spec.Priority,
        GpuMilli = Spec.TotalGpuMilli,
        Workers = Spec.TotalWorkers,
        SubmittedAt = SubmittedAt,
        ChangedAt = SubmittedAt.AddSeconds(Attempt),
    };
}
