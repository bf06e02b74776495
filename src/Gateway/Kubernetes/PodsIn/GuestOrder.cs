namespace Gateway.Kubernetes.PodsIn;

/// <summary>The order of ranks: role by role, by index, by name with its numbers as numbers.</summary>
internal sealed class GuestOrder : IComparer<GuestPod>
{
    public static GuestOrder Instance { get; } = new();

    public int Compare(GuestPod? x, GuestPod? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var byRole = string.CompareOrdinal(x.Ask?.Role, y.Ask?.Role);
        if (byRole != 0)
        {
            return byRole;
        }

        var byIndex = (x.Ask?.Index ?? long.MaxValue).CompareTo(y.Ask?.Index ?? long.MaxValue);
        if (byIndex != 0)
        {
            return byIndex;
        }

        var byName = ByNumber(x.Name, y.Name);
        return byName != 0 ? byName : string.CompareOrdinal(x.Uid, y.Uid);
    }

    /// <summary>"w-9" comes before "w-10".</summary>
    private static int ByNumber(string x, string y)
    {
        var (a, b) = (Digits(x), Digits(y));
        var byStem = string.CompareOrdinal(x[..a], y[..b]);
        return byStem != 0 ? byStem : a == x.Length || b == y.Length || x.Length - a == y.Length - b ? string.CompareOrdinal(x, y) : (x.Length - a).CompareTo(y.Length - b);
    }

    private static int Digits(string name)
    {
        var at = name.Length;
        while (at > 0 && char.IsAsciiDigit(name[at - 1]))
        {
            at--;
        }

        return at;
    }
}
