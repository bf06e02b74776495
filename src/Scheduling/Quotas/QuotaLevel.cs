using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>One level of the tree: its settings, and what is charged at and below it.</summary>
internal sealed class QuotaLevel(QuotaPath path, QuotaLevel? parent)
{
    private readonly Dictionary<string, long> _used = new(StringComparer.Ordinal);

    public QuotaPath Path { get; } = path;

    public QuotaLevel? Parent { get; } = parent;

    /// <summary>Live charges at or below.</summary>
    public int Charges { get; private set; }

    public QuotaSpec Spec { get; set; } = new();

    public IReadOnlyDictionary<string, long> Used => _used;

    public long UsedOf(string resource) => _used.GetValueOrDefault(resource);

    /// <summary>The limit of this resource here; null when there is none.</summary>
    public long? LimitOf(string resource)
    {
        foreach (var (name, amount) in Spec.Limit)
        {
            if (string.Equals(name, resource, StringComparison.Ordinal))
                return amount;
        }

        return null;
    }

    /// <summary>The resource whose limit here would be passed; null when there is room. A charge of nothing always fits.</summary>
    public QuotaRefusal? Refuses(ImmutableArray<ResourceAmount> amounts)
    {
        foreach (var (resource, asked) in amounts)
        {
            if (asked == 0)
                continue;
            var used = UsedOf(resource);
            if (LimitOf(resource) is { } limit && asked > limit - used)
                return new QuotaRefusal { Path = Path, Resource = resource, Limit = limit, Used = used, Asked = asked };
            if (asked > long.MaxValue - used)
                return new QuotaRefusal { Path = Path, Resource = resource, Limit = long.MaxValue, Used = used, Asked = asked, Problem = $"{Path}: {resource} overflows" };
        }

        return null;
    }

    public void Add(ImmutableArray<ResourceAmount> amounts)
    {
        Charges++;
        foreach (var (resource, amount) in amounts)
        {
            if (amount == 0)
                continue;
            ref var used = ref CollectionsMarshal.GetValueRefOrAddDefault(_used, resource, out _);
            used = checked(used + amount);
        }
    }

    public void Remove(ImmutableArray<ResourceAmount> amounts)
    {
        Charges--;
        foreach (var (resource, amount) in amounts)
        {
            if (amount == 0)
                continue;
            var left = UsedOf(resource) - amount;
            if (left < 0 || Charges < 0)
                throw new InvariantViolationException("I3", $"{Path}: {resource} would be {left}");
            if (left == 0)
                _used.Remove(resource);
            else
                _used[resource] = left;
        }
    }

    public QuotaNodeView View() => new()
    {
        Path = Path,
        Spec = Spec,
        Used = [.. _used.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => new ResourceAmount(u.Key, u.Value))],
        Charges = Charges,
    };
}
