using System.Collections.Immutable;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Scheduling.WhatIf;

/// <summary>What becomes of one job in a run: kept to the end, for the figures.</summary>
internal sealed class WhatIfFate(JobSpec spec, AttemptId first, DateTimeOffset submittedAt)
{
    public JobSpec Spec { get; } = spec;

    /// <summary>The attempt that it had when it was first seen here.</summary>
    public AttemptId First { get; } = first;

    public DateTimeOffset SubmittedAt { get; } = submittedAt;

    /// <summary>It waited for its first start when it was first seen here: its wait counts.</summary>
    public bool CountsWait { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>It has run, here or before.</summary>
    public bool HasRun { get; set; }

    /// <summary>It ended without having run.</summary>
    public bool TurnedAway { get; set; }

    /// <summary>Its owner took it back before it had started: its wait ends there.</summary>
    public DateTimeOffset? LeftAt { get; set; }

    public int Evictions { get; set; }

    /// <summary>It runs at the end.</summary>
    public bool HoldsNodes { get; set; }

    /// <summary>GPU thousandths × milliseconds, from the beginning of the run on.</summary>
    public double Held { get; set; }

    public double Kept { get; set; }

    public double Lost { get; set; }
}

/// <summary>A live job of a run: its state as its grain would own it, and its workers.</summary>
internal sealed class WhatIfJob(WhatIfFate fate, JobState state)
{
    public WhatIfFate Fate { get; } = fate;

    public JobState State { get; set; } = state;

    public AttemptId Attempt => new(State.Id, State.Attempt);

    /// <summary>What is left to run when its workers start; null: it does not end by itself.</summary>
    public TimeSpan? Work { get; set; }

    /// <summary>Of the workers there are: events of earlier ones are out of date.</summary>
    public long Run { get; set; }

    public bool HasWorkers { get; set; }

    /// <summary>Since when its workers run.</summary>
    public DateTimeOffset RunsFrom { get; set; }

    /// <summary>Its work up to here is saved.</summary>
    public DateTimeOffset? SavedAt { get; set; }

    /// <summary>For when its clock was last set.</summary>
    public DateTimeOffset? WakeAt { get; set; }

    /// <summary>It is one of the changes: what becomes of it is told in full.</summary>
    public WhatIfGuest? Guest { get; init; }
}

/// <summary>What is told of a job that is one of the changes.</summary>
internal sealed class WhatIfGuest(int change)
{
    public int Change { get; } = change;

    public ImmutableArray<NodeId> Nodes { get; set; } = [];

    public List<WhatIfVictim> Evicts { get; } = [];
}
