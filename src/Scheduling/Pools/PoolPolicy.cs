namespace Scheduling.Pools;

/// <summary>How a pool orders, reserves and preempts. docs/scheduling.md explains each to operators.</summary>
public sealed record PoolPolicy
{
    /// <summary>Waiting so long adds <see cref="AgeingStep"/> to a job's priority. Default 6 h; zero switches ageing off.</summary>
    public TimeSpan AgeingPeriod { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Priority points that each period adds. Default 50.</summary>
    public int AgeingStep { get; init; } = 50;

    /// <summary>Points that waiting adds at most. Default 200.</summary>
    public int MaxAgeing { get; init; } = 200;

    /// <summary>Past use of a week ago counts half of today's in an account's share. Default 7 days; zero: only present use counts.</summary>
    public TimeSpan ShareHalfLife { get; init; } = TimeSpan.FromDays(7);
}
