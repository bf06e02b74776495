namespace Scheduling.Pools;

/// <summary>What a quota level has had of what it may claim: the less, the sooner it is its turn.</summary>
/// <param name="Borrowing">It has more than it is owed: levels that are owed something go first.</param>
/// <param name="Share">Weighted dominant share.</param>
public readonly record struct ShareRank(bool Borrowing, double Share) : IComparable<ShareRank>
{
    public int CompareTo(ShareRank other)
    {
        var byOwed = Borrowing.CompareTo(other.Borrowing);
        return byOwed != 0 ? byOwed : Share.CompareTo(other.Share);
    }
}
