using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>One level of a tree and what was set there.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaLevelState
{
    [Id(0)] public required QuotaPath Path { get; init; }

    [Id(1)] public required QuotaSpec Spec { get; init; }

    /// <summary>Null before the level was first used.</summary>
    [Id(2)] public GpuClockState? Clock { get; init; }
}
