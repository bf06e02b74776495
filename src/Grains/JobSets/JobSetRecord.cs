using Scheduling.Jobs;

namespace Grains.JobSets;

/// <summary>What is stored of a set.</summary>
[GenerateSerializer]
public sealed record JobSetRecord
{
    /// <summary>Null until the first order.</summary>
    [Id(0)] public SetState? Set { get; init; }
}
