using Scheduling.Scaling;

namespace Grains.ScaleSets;

/// <summary>What a scale-set grain stores.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetRecord
{
    [Id(0)] public ScaleSetState? Set { get; init; }
}
