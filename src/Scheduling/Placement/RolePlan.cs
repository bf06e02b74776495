using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>One role of a request.</summary>
internal sealed class RolePlan
{
    /// <summary>The index in the request's roles.</summary>
    public required int Index { get; init; }

    public required int Count { get; init; }

    /// <summary>The gang-wide rank of its first worker.</summary>
    public required int FirstRank { get; init; }

    public required WorkerShape Shape { get; init; }

    public SliceRule? Slices { get; init; }

    public AntiAffinityRule? AntiAffinity { get; init; }

    /// <summary>Each GPU model alone, best first, then any of them.</summary>
    public required Choice[] Choices { get; init; }

    /// <summary>Any model.</summary>
    public Choice Any => Choices[^1];

    /// <summary>A role with fewer choices than the gang has alternatives stays on its last.</summary>
    public Choice Choose(int alternative) => Choices[Math.Min(alternative, Choices.Length - 1)];
}
