namespace Scheduling.Order;

/// <summary>
/// A waiting job's place in the order: the least goes first. It stays as it is while the job waits, so that sorted structures may hold it;
/// a job that comes back (preempted, retried) gets a new one.
/// </summary>
/// <param name="Level">Compared first.</param>
/// <param name="Value">Compared within a level.</param>
/// <param name="SubmittedAt">First submit time in seconds: compared when the values are equal.</param>
/// <param name="Sequence">Makes every key different.</param>
public readonly record struct OrderKey(int Level, double Value, long SubmittedAt, long Sequence) : IComparable<OrderKey>
{
    public int CompareTo(OrderKey other)
    {
        if (Level != other.Level)
            return Level < other.Level ? -1 : 1;
        var byValue = Value.CompareTo(other.Value);
        if (byValue != 0)
            return byValue;
        return SubmittedAt != other.SubmittedAt ? SubmittedAt.CompareTo(other.SubmittedAt) : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(OrderKey left, OrderKey right) => left.CompareTo(right) < 0;

    public static bool operator >(OrderKey left, OrderKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(OrderKey left, OrderKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OrderKey left, OrderKey right) => left.CompareTo(right) >= 0;
}
