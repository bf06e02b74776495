namespace Scheduling.Fairness;

/// <summary>One level: what it uses, has used and is owed, by the book's numbers of resources, and its place among its siblings.</summary>
internal sealed class FairShareLevel(string name, FairShareLevel? parent)
{
    private const long NotNamed = -1;

    private long[] _used = [];
    private double[] _past = [];
    private long[] _nominal = [];

    /// <summary>Empty for what is charged to the parent itself.</summary>
    public string Name { get; } = name;

    /// <summary>Null at the root that all cohorts share.</summary>
    public FairShareLevel? Parent { get; } = parent;

    public Dictionary<string, FairShareLevel> Children { get; } = new(StringComparer.Ordinal);

    public int Weight { get; private set; } = 1;

    public bool IsSet { get; private set; }

    /// <summary>Up to when past use is counted, in ticks.</summary>
    public long At { get; set; }

    /// <summary>Sets of leaves that hold it: it is not forgotten.</summary>
    public int Pins { get; set; }

    public bool IsOwed { get; private set; }

    public double Weighted { get; private set; }

    public long UsedOf(int resource) => resource < _used.Length ? _used[resource] : 0;

    public double PastOf(int resource) => resource < _past.Length ? _past[resource] : 0;

    /// <summary>Null when it is owed none by name.</summary>
    public long? NominalOf(int resource) => resource < _nominal.Length && _nominal[resource] != NotNamed ? _nominal[resource] : null;

    /// <summary>Nothing of it would be missed but its past use.</summary>
    public bool IsIdle => !IsSet && Pins == 0 && Children.Count == 0 && !_used.AsSpan().ContainsAnyExcept(0);

    public double LargestPast()
    {
        var largest = 0.0;
        foreach (var past in _past)
            largest = Math.Max(largest, past);
        return largest;
    }

    public void Set(int weight, long[] nominal)
    {
        IsSet = weight != 1 || nominal.AsSpan().ContainsAnyExcept(NotNamed);
        Weight = weight;
        _nominal = nominal;
    }

    /// <summary>Room for so many resources.</summary>
    public static long[] NothingNamed(int resources)
    {
        var nominal = new long[resources];
        Array.Fill(nominal, NotNamed);
        return nominal;
    }

    public void Add(int resource, long amount)
    {
        Grow(resource);
        _used[resource] = checked(_used[resource] + amount);
        Invariant.Holds(_used[resource] >= 0, "I3", $"fair share of {Name}: {_used[resource]} of resource {resource} in use");
    }

    public void SetPast(int resource, double amount)
    {
        Grow(resource);
        _past[resource] = amount;
    }

    /// <summary>Past use moves towards what was used since it was last counted, half of the way in each half-life.</summary>
    public void Advance(long now, long halfLife)
    {
        if (now <= At)
            return;
        var factor = Decay.Factor(now - At, halfLife);
        At = now;
        for (var r = 0; r < _past.Length; r++)
            _past[r] = _used[r] + ((_past[r] - _used[r]) * factor);
    }

    /// <summary>Its place anew.</summary>
    public void Rank(ReadOnlySpan<long> capacity)
    {
        Weighted = Dominant(capacity).Share / Weight;
        IsOwed = HasRoomBelowNominal();
    }

    /// <summary>The resource of which it has the largest part, and how large; -1 for none.</summary>
    public (int Resource, double Share) Dominant(ReadOnlySpan<long> capacity)
    {
        var (resource, share) = (-1, 0.0);
        for (var r = 0; r < _used.Length && r < capacity.Length; r++)
        {
            if (capacity[r] <= 0)
                continue;
            var part = (_used[r] + _past[r]) / capacity[r];
            if (part > share)
                (resource, share) = (r, part);
        }

        return (resource, share);
    }

    private bool HasRoomBelowNominal()
    {
        var room = false;
        for (var r = 0; r < _nominal.Length; r++)
        {
            if (_nominal[r] == NotNamed)
                continue;
            if (UsedOf(r) > _nominal[r])
                return false;
            room |= UsedOf(r) < _nominal[r];
        }

        return room;
    }

    private void Grow(int resource)
    {
        if (resource < _used.Length)
            return;
        Array.Resize(ref _used, resource + 1);
        Array.Resize(ref _past, resource + 1);
    }

    /// <summary>Owed first, then the smaller weighted share, then the name. Total among siblings.</summary>
    public static int Compare(FairShareLevel? a, ReadOnlySpan<char> aName, FairShareLevel? b, ReadOnlySpan<char> bName)
    {
        var order = (b?.IsOwed ?? false).CompareTo(a?.IsOwed ?? false);
        if (order == 0)
            order = (a?.Weighted ?? 0).CompareTo(b?.Weighted ?? 0);
        return order != 0 ? order : aName.CompareTo(bName, StringComparison.Ordinal);
    }

    /// <summary>Siblings in their order.</summary>
    public sealed class InOrder : IComparer<FairShareLevel>
    {
        public static InOrder Instance { get; } = new();

        public int Compare(FairShareLevel? x, FairShareLevel? y) =>
            ReferenceEquals(x, y) ? 0 : FairShareLevel.Compare(x, x!.Name, y, y!.Name);
    }
}
