namespace Scheduling.Order.Replay;

/// <summary>What a replay tells its policy about how long a job will run.</summary>
public enum ReplayOracle
{
    /// <summary>Nothing but what ended so far.</summary>
    None = 0,

    /// <summary>The truth.</summary>
    Truth = 1,

    /// <summary>The estimate that came with the trace.</summary>
    Estimate = 2,
}

internal static class ReplayOracles
{
    public static double Expected(this ReplayOracle oracle, ReplayJob job, long remaining) => oracle switch
    {
        ReplayOracle.Truth => remaining,
        ReplayOracle.Estimate => job.Estimate,
        _ => double.NaN,
    };
}
