using Scheduling.Prediction;

namespace Scheduling.Order.Replay;

/// <summary>A job on its way through the replay.</summary>
internal sealed class ReplayAttempt(ReplayJob job, int index)
{
    public ReplayJob Job { get; } = job;

    /// <summary>Its row in the trace.</summary>
    public int Index { get; } = index;

    public int Gpus => Job.Gpus;

    /// <summary>Work left, in seconds; counts down only when a run stops.</summary>
    public long Remaining { get; set; } = job.Duration;

    /// <summary>How long its earlier runs took.</summary>
    public long Ran { get; set; }

    public long FirstStart { get; set; } = -1;

    public long End { get; set; } = -1;

    /// <summary>Its waits that are over, together.</summary>
    public long Queue { get; set; }

    public long WaitsSince { get; set; } = job.SubmitAt;

    /// <summary>Number of the running run; 0 while it waits. A run that was stopped leaves its end behind in the agenda.</summary>
    public long Run { get; set; }

    public long StartedAt { get; set; }

    public ReplayShare[] Shares { get; set; } = [];

    public int Preemptions { get; set; }

    public long LostGpuSeconds { get; set; }

    /// <summary>Its place while it waits.</summary>
    public OrderKey Key { get; set; }

    /// <summary>By what its history is looked up.</summary>
    public RunFeatures Features { get; set; }

    /// <summary>How urgent it was when last looked at, and when that was.</summary>
    public double Turn { get; set; } = double.NaN;

    public long TurnAt { get; set; } = long.MinValue;

    /// <summary>It goes, or went, first because it had waited so long.</summary>
    public bool Aged { get; set; }

    public bool Waits => Run == 0 && End < 0;

    public long RemainingAt(long now) => Remaining - (now - StartedAt);

    public long RanAt(long now) => Run == 0 ? Ran : Ran + now - StartedAt;

    public int GpusOn(int node)
    {
        foreach (var share in Shares)
        {
            if (share.Node == node)
                return share.Gpus;
        }

        return 0;
    }

    public ReplayOutcome Outcome => new(FirstStart, End, Queue, Preemptions, LostGpuSeconds);
}
