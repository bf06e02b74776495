using System.Collections;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// Amounts by resource name ("cpu" in cores, "memory" in bytes, "nvidia.com/gpu"), in the order in which they were named. What is not named is none.
/// Changed only by who made it. Every pod makes several, of a few names each: so they stand in a row, and are looked for from its beginning.
/// </summary>
internal sealed class ResourceAmounts : IEnumerable<KeyValuePair<string, decimal>>
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string EphemeralStorage = "ephemeral-storage";
    public const string Pods = "pods";

    /// <summary>From this many names on a row is slower than an index: a pod may name thousands, if it likes.</summary>
    internal const int Many = 32;

    private KeyValuePair<string, decimal>[] _amounts = [];
    private int _count;
    private Dictionary<string, int>? _index;

    /// <summary>Nothing, for all who have nothing; it cannot be changed.</summary>
    public static ResourceAmounts None { get; } = [];

    public bool IsEmpty => _count == 0;

    public long CpuMilli => Quantities.Milli(this[Cpu]);

    public long MemoryBytes => Quantities.Whole(this[Memory]);

    private ReadOnlySpan<KeyValuePair<string, decimal>> Row => _amounts.AsSpan(0, _count);

    public decimal this[string resource] => Find(resource) is >= 0 and var at ? _amounts[at].Value : 0;

    public bool Names(string resource) => Find(resource) >= 0;

    public bool NamesAllOf(ResourceAmounts others)
    {
        foreach (var (resource, _) in others)
        {
            if (!Names(resource))
            {
                return false;
            }
        }

        return true;
    }

    public void Set(string resource, decimal amount)
    {
        var at = Find(resource);
        if (at < 0)
        {
            at = Append(resource);
        }

        _amounts[at] = new(resource, amount);
    }

    /// <summary>For collection initialisers: an amount as Kubernetes writes it.</summary>
    public void Add(string resource, string quantity) =>
        Set(resource, Quantities.Parse(quantity) ?? throw new FormatException($"{resource} is \"{quantity}\", which is no quantity"));

    public void Add(ResourceAmounts more)
    {
        foreach (var (resource, amount) in more)
        {
            Set(resource, Math.Min(this[resource] + amount, Quantities.Most));
        }
    }

    /// <summary>Each resource becomes the larger of the two.</summary>
    public void Raise(ResourceAmounts to)
    {
        foreach (var (resource, amount) in to)
        {
            Set(resource, Find(resource) is >= 0 and var at ? Math.Max(_amounts[at].Value, amount) : amount);
        }
    }

    public ResourceAmounts Copy() => new() { _amounts = [.. Row], _count = _count, _index = _index is null ? null : new(_index, StringComparer.Ordinal) };

    /// <summary>For foreach, which allocates nothing by it.</summary>
    public ReadOnlySpan<KeyValuePair<string, decimal>>.Enumerator GetEnumerator() => Row.GetEnumerator();

    IEnumerator<KeyValuePair<string, decimal>> IEnumerable<KeyValuePair<string, decimal>>.GetEnumerator() => _amounts.Take(_count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _amounts.Take(_count).GetEnumerator();

    /// <summary>Where it stands; -1: nowhere.</summary>
    private int Find(string resource)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(resource, out var found) ? found : -1;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_amounts[i].Key == resource)
            {
                return i;
            }
        }

        return -1;
    }

    private int Append(string resource)
    {
        if (ReferenceEquals(this, None))
        {
            throw new InvalidOperationException($"{resource} is set where it would be everybody's");
        }

        if (_count == _amounts.Length)
        {
            Array.Resize(ref _amounts, Math.Max(4, _count * 2));
        }

        if (_count >= Many)
        {
            _index ??= Indexed();
            _index.Add(resource, _count);
        }

        return _count++;
    }

    private Dictionary<string, int> Indexed()
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _count; i++)
        {
            index.Add(_amounts[i].Key, i);
        }

        return index;
    }
}
