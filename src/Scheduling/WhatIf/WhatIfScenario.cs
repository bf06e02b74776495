using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>What came of checking changes against a start: a closed set.</summary>
public abstract record WhatIfPlan
{
    private WhatIfPlan()
    {
    }

    /// <summary>They can be made.</summary>
    public sealed record Ready(WhatIfScenario Scenario) : WhatIfPlan;

    /// <summary>These cannot; all that are wrong.</summary>
    public sealed record Refused(ImmutableArray<WhatIfProblem> Problems) : WhatIfPlan;
}

/// <summary>A start with its changes made: what a run begins with.</summary>
public sealed record WhatIfScenario
{
    public required WhatIfStart Start { get; init; }

    /// <summary>Those that wait are given their places anew: the order policy is another.</summary>
    internal bool Requeues { get; init; }

    internal ImmutableArray<WhatIfSubmission> Submissions { get; init; } = [];

    internal ImmutableArray<(QuotaPath Path, QuotaSpec Spec)> Quotas { get; init; } = [];

    internal ImmutableDictionary<JobId, int> Priorities { get; init; } = ImmutableDictionary<JobId, int>.Empty;

    /// <summary>Slots that take no new work, by rack.</summary>
    internal ImmutableDictionary<RackId, ulong> Cordoned { get; init; } = ImmutableDictionary<RackId, ulong>.Empty;

    /// <summary>Slots whose nodes are gone, by rack.</summary>
    internal ImmutableDictionary<RackId, ulong> Removed { get; init; } = ImmutableDictionary<RackId, ulong>.Empty;

    /// <summary>Nothing is changed.</summary>
    public static WhatIfScenario Of(WhatIfStart start) => new() { Start = start };

    internal JobSpec Changed(JobId job, JobSpec spec) => Priorities.TryGetValue(job, out var priority) ? spec with { Priority = priority, PriorityClass = null } : spec;

    /// <summary>A rack with what was taken from it; what runs on removed nodes is given time to leave first.</summary>
    internal RackView Changed(RackView view, bool isCleared)
    {
        var rack = view.Spec.Rack;
        var removed = Removed.GetValueOrDefault(rack);
        return view with
        {
            Allocations = [],
            Schedulable = view.Schedulable & ~(Cordoned.GetValueOrDefault(rack) | removed),
            Spec = removed == 0 || !isCleared ? view.Spec
                : view.Spec with { Nodes = [.. view.Spec.Nodes.Select((n, slot) => (removed >> slot & 1) == 0 ? n : NodeSpec.Vacant)] },
        };
    }
}

/// <summary>A job that is submitted at the first moment.</summary>
/// <param name="Change">Its place among the changes.</param>
/// <param name="Spec">The job.</param>
/// <param name="RunsFor">Null: predicted.</param>
internal readonly record struct WhatIfSubmission(int Change, JobSpec Spec, TimeSpan? RunsFor);
