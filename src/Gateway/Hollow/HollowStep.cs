using Grains.Jobs;

namespace Gateway.Hollow;

/// <summary>What to do next for an attempt's hollow workers.</summary>
internal abstract record HollowStep
{
    private HollowStep()
    {
    }

    /// <summary>Nothing until <paramref name="Until"/>; null until the assignment changes.</summary>
    internal sealed record Wait(HollowRun Run, DateTimeOffset? Until) : HollowStep;

    /// <summary>Report this; once the job has taken it, <paramref name="Then"/> is the state.</summary>
    internal sealed record Send(AttemptReport Report, HollowRun Then) : HollowStep;
}
