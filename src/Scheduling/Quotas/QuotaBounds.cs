namespace Scheduling.Quotas;

/// <summary>
/// What the settings of a level and of those below it come to for one resource. After Kueue's hierarchical cohorts
/// (kueue.sigs.k8s.io/docs/concepts/cohort): what a level keeps for itself never reaches its parent, all else is the parent's to share.
/// </summary>
/// <param name="Limit">Never passed; null: none.</param>
/// <param name="Capacity">Owed: the nominal, or what the children are owed together; null: nobody here is owed any.</param>
/// <param name="Ceiling">Owed and what may be borrowed above it; null: whatever there is.</param>
/// <param name="Reserve">Of the capacity, what is lent to nobody.</param>
/// <param name="Inner">What the children do not lend, together: in use or not, it is not to be had here.</param>
/// <param name="Divides">Some child is owed a part, so its siblings can borrow it.</param>
internal readonly record struct QuotaBounds(long? Limit, long? Capacity, long? Ceiling, long Reserve, long Inner, bool Divides)
{
    /// <summary>Sums stop here; far above anything that is charged.</summary>
    public const long Most = 1L << 60;

    /// <summary>What the parent sees of so much claimed here.</summary>
    public long Passed(long claim) => Math.Max(0, claim + Inner - Reserve);

    /// <summary>So much claimed is above what is owed here.</summary>
    public long Above(long claim) => Math.Max(0, claim + Inner - (Capacity ?? 0));

    /// <summary>So much claimed is within what is owed here.</summary>
    public bool IsWithin(long claim) => Capacity is { } capacity && claim + Inner <= capacity;

    public static QuotaBounds Of(QuotaLevel level, string resource)
    {
        long? sum = null;
        var inner = 0L;
        foreach (var child in level.Children)
        {
            var bounds = child.BoundsOf(resource);
            inner = Math.Min(Most, inner + bounds.Reserve);
            if (bounds.Capacity is { } part)
                sum = Math.Min(Most, (sum ?? 0) + part);
        }

        var spec = level.Spec;
        var nominal = AmountOf(spec.Nominal, resource);
        var capacity = nominal ?? sum;
        var kept = nominal is { } owed && AmountOf(spec.LendingLimit, resource) is { } lent ? owed - lent : 0;
        var ceiling = AmountOf(spec.BorrowingLimit, resource) is { } borrow ? (capacity ?? 0) + borrow : level.Parent is null ? capacity : null;
        return new QuotaBounds(AmountOf(spec.Limit, resource), capacity, ceiling, Math.Max(kept, inner), inner, sum is not null);
    }

    public static long? AmountOf(System.Collections.Immutable.ImmutableArray<ResourceAmount> amounts, string resource)
    {
        foreach (var (name, amount) in amounts)
        {
            if (string.Equals(name, resource, StringComparison.Ordinal))
                return amount;
        }

        return null;
    }
}
