using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Reads a node object by the keys that are configured. The same object always means the same.</summary>
internal sealed class NodeMapper(NodeMappingOptions options)
{
    private const string NoBlock = "b01";
    private const int MaxGpus = 64;
    private const string Unschedulable = "node.kubernetes.io/unschedulable";
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    private readonly LabelPool _strings = new();

    /// <summary>Is this node one of ours to schedule?</summary>
    public bool Takes(NodeObject node) => options.Selector.All(s => node.Label(s.Key) is { } value && (s.Value.Length == 0 || s.Value == value));

    public NodeMap Map(NodeObject node)
    {
        var (gpus, model, resource) = Gpus(node);
        var block = First(node, options.BlockKeys);
        var named = First(node, options.RackKeys);
        var (taints, tenants, held) = ReadTaints(node);
        return new NodeMap
        {
            Node = node,
            Pool = new PoolId(options.PoolPrefix + NodeNames.Plain(First(node, options.PoolKeys) ?? options.DefaultPool)),
            Block = block is null ? NoBlock : NodeNames.Plain(block),
            Place = named is not null ? new RackPlace(NodeNames.Plain(named), IsNamed: true) : new RackPlace(PlaceOf(block, model), IsNamed: false),
            Domain = First(node, options.DomainKeys) is { } domain && domain != named ? NodeNames.Plain(domain) : "",
            Spares = int.TryParse(node.Label(KubernetesKeys.Spares), NumberStyles.None, CultureInfo.InvariantCulture, out var spares) ? Math.Min(spares, RackSpec.MaxNodes) : 0,
            Gpus = gpus,
            GpuModel = model,
            GpuResource = resource,
            Labels = [.. node.Labels.Where(IsKept).Select(_strings.Same).OrderBy(l => l.Key, StringComparer.Ordinal)],
            Taints = taints,
            Tenants = tenants,
            HeldBecause = node.Unschedulable ? "it is cordoned in the cluster (spec.unschedulable)" : held,
            NotReadyBecause = node.Ready ? null : node.NotReadyBecause ?? "its condition Ready is not True",
            CarriesPreflightTaint = node.Taints.Any(t => t is { Key: KubernetesKeys.Preflight, Value: "pending" or "" }),
        };
    }

    private static string PlaceOf(string? block, string model)
    {
        var kind = model.Length == 0 ? "cpu" : new string([.. model.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        return block is null ? kind : $"{NodeNames.Plain(block)}-{kind}";
    }

    /// <summary>Whole GPUs where there are any; else the MIG profile that it has most devices of.</summary>
    private (int Gpus, string Model, string Resource) Gpus(NodeObject node)
    {
        var (count, resource, profile) = (0m, "", "");
        foreach (var (name, amount) in node.Allocatable)
        {
            if (GpuResources.IsWhole(name) && amount > 0)
            {
                return ((int)Math.Min(amount, MaxGpus), ModelOf(node), name);
            }

            if (GpuResources.ProfileOf(name) is { } part && (amount > count || (amount == count && amount > 0 && string.CompareOrdinal(part, profile) < 0)))
            {
                (count, resource, profile) = (amount, name, part);
            }
        }

        return count > 0 ? ((int)Math.Min(count, MaxGpus), $"{ModelOf(node)}/{profile}", resource) : (0, "", "");
    }

    private string ModelOf(NodeObject node)
    {
        if (node.Label(KubernetesKeys.GpuModel) is { Length: > 0 } own)
        {
            return own;
        }

        var product = First(node, options.ModelKeys);
        return product is null ? AzureSizes.ModelOf(node.Label("node.kubernetes.io/instance-type")) ?? "GPU"
            : options.GpuModels.TryGetValue(product, out var given) ? given : GpuResources.ModelOf(product);
    }

    private (ImmutableArray<Label> Taints, ImmutableArray<TenantId> Tenants, string? Held) ReadTaints(NodeObject node)
    {
        var taints = ImmutableArray.CreateBuilder<Label>();
        var tenants = ImmutableArray.CreateBuilder<TenantId>();
        string? held = null;
        foreach (var taint in node.Taints.Where(t => t.Effect != NodeTaint.PreferNoSchedule).OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Value, StringComparer.Ordinal))
        {
            if (OurTaints.IsOurs(taint) || taint.Key is Unschedulable or NotReady or Unreachable || options.IgnoredTaints.Contains(taint.Key))
            {
                continue;
            }

            if (options.TeamKeys.Contains(taint.Key))
            {
                tenants.Add(new TenantId(taint.Value));
            }
            else if (options.HoldingTaints.Any(h => taint.Key.StartsWith(h, StringComparison.Ordinal)))
            {
                held ??= $"it has taint {taint}";
            }
            else
            {
                taints.Add(_strings.Same(new Label(taint.Key, taint.Value)));
            }
        }

        return ([.. taints.Distinct()], [.. tenants.Distinct()], held);
    }

    private bool IsKept(Label label)
    {
        foreach (var ignored in options.IgnoredLabels)
        {
            if (label.Key.StartsWith(ignored, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static string? First(NodeObject node, IList<string> keys)
    {
        foreach (var key in keys)
        {
            if (node.Label(key) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }
}
