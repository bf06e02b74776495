using System.Collections;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Amounts by resource name ("cpu" in cores, "memory" in bytes, "nvidia.com/gpu"). What is not named is none. Changed only by who made it.</summary>
internal sealed class ResourceAmounts : IEnumerable<KeyValuePair<string, decimal>>
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string EphemeralStorage = "ephemeral-storage";
    public const string Pods = "pods";

    private readonly Dictionary<string, decimal> _amounts = new(StringComparer.Ordinal);

    public ResourceAmounts()
    {
    }

    private ResourceAmounts(Dictionary<string, decimal> amounts) => _amounts = new(amounts, StringComparer.Ordinal);

    public decimal this[string resource] => _amounts.GetValueOrDefault(resource);

    public bool IsEmpty => _amounts.Count == 0;

    public long CpuMilli => Quantities.Milli(this[Cpu]);

    public long MemoryBytes => Quantities.Whole(this[Memory]);

    public bool Names(string resource) => _amounts.ContainsKey(resource);

    public void Set(string resource, decimal amount) => _amounts[resource] = amount;

    /// <summary>For collection initialisers: an amount as Kubernetes writes it.</summary>
    public void Add(string resource, string quantity) =>
        _amounts[resource] = Quantities.Parse(quantity) ?? throw new FormatException($"{resource} is \"{quantity}\", which is no quantity");

    public void Add(ResourceAmounts more)
    {
        foreach (var (resource, amount) in more._amounts)
        {
            _amounts[resource] = Math.Min(this[resource] + amount, Quantities.Most);
        }
    }

    /// <summary>Each resource becomes the larger of the two.</summary>
    public void Raise(ResourceAmounts to)
    {
        foreach (var (resource, amount) in to._amounts)
        {
            _amounts[resource] = _amounts.TryGetValue(resource, out var present) ? Math.Max(present, amount) : amount;
        }
    }

    public ResourceAmounts Copy() => new(_amounts);

    public IEnumerator<KeyValuePair<string, decimal>> GetEnumerator() => _amounts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
