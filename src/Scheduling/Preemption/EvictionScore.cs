namespace Scheduling.Preemption;

/// <summary>How good a plan is: cheapest first, then fewest evictions, then least GPU freed, then latest started.</summary>
internal readonly record struct EvictionScore(long Cost, int Evictions, long GpuMilli, long StartedSeconds) : IComparable<EvictionScore>
{
    public static EvictionScore Worst { get; } = new(long.MaxValue, int.MaxValue, long.MaxValue, 0);

    public int CompareTo(EvictionScore other)
    {
        if (Cost != other.Cost) return Cost.CompareTo(other.Cost);
        if (Evictions != other.Evictions) return Evictions.CompareTo(other.Evictions);
        return GpuMilli != other.GpuMilli ? GpuMilli.CompareTo(other.GpuMilli) : other.StartedSeconds.CompareTo(StartedSeconds);
    }

    public static bool operator <(EvictionScore a, EvictionScore b) => a.CompareTo(b) < 0;

    public static bool operator >(EvictionScore a, EvictionScore b) => a.CompareTo(b) > 0;
}
