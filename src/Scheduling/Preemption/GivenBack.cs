namespace Scheduling.Preemption;

/// <summary>What a set of victims gives back of one need, by whom: nobody's counts beyond what he borrows.</summary>
internal sealed class GivenBack(ReclaimNeed need, long[] returns, int[] sources)
{
    private readonly long[] given = new long[need.Sources];

    /// <summary>Still missing.</summary>
    public long Left { get; private set; } = need.Amount;

    /// <summary>How much nearer this victim would bring it.</summary>
    public long WouldAdd(int victim) =>
        sources[victim] < 0 ? 0 : Math.Min(Math.Max(0, Left), Math.Min(returns[victim], need.MostFrom(sources[victim]) - given[sources[victim]]));

    public void Add(int victim)
    {
        if (sources[victim] < 0) return;
        var amount = Math.Min(returns[victim], need.MostFrom(sources[victim]) - given[sources[victim]]);
        given[sources[victim]] += amount;
        Left -= amount;
    }
}
