using System.Collections.Immutable;
using System.Globalization;

namespace Scheduling.Model;

/// <summary>One way for a node to be right for a worker: all of these hold. Kubernetes' node selector term, with its meaning.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeTerm
{
    [Id(0)] public required ImmutableArray<NodeRequirement> Requirements { get; init; }

    public bool Equals(NodeTerm? other) => other is not null && Requirements.SequenceEqual(other.Requirements);

    public override int GetHashCode() => Requirements.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(" and ", Requirements);
}

/// <summary>What a label of a node must be.</summary>
[GenerateSerializer, Immutable]
public sealed record NodeRequirement
{
    [Id(0)] public required string Key { get; init; }

    [Id(1)] public required NodeOperator Operator { get; init; }

    /// <summary>At least one for <see cref="NodeOperator.In"/> and NotIn, one whole number for Gt and Lt, none otherwise.</summary>
    [Id(2)] public ImmutableArray<string> Values { get; init; } = [];

    public bool Equals(NodeRequirement? other) =>
        other is not null && Key == other.Key && Operator == other.Operator && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Key, Operator, Values.Length);

    public override string ToString() => Values.IsEmpty ? $"{Key} {Operator}" : $"{Key} {Operator} {string.Join(",", Values)}";
}

/// <summary>As Kubernetes names them. Without the label NotIn and DoesNotExist hold, and nothing else.</summary>
public enum NodeOperator
{
    In = 0,
    NotIn = 1,
    Exists = 2,
    DoesNotExist = 3,

    /// <summary>The label is a whole number above the value.</summary>
    Gt = 4,

    /// <summary>The label is a whole number below the value.</summary>
    Lt = 5,
}

/// <summary>Which nodes required affinity allows: those that any one term is right about; all, where there is no term.</summary>
public static class NodeAffinity
{
    public static bool Allows(ImmutableArray<NodeTerm> terms, ImmutableArray<Label> labels)
    {
        foreach (var term in terms)
        {
            if (Holds(term, labels))
            {
                return true;
            }
        }

        return terms.IsEmpty;
    }

    private static bool Holds(NodeTerm term, ImmutableArray<Label> labels)
    {
        foreach (var requirement in term.Requirements)
        {
            if (!Holds(requirement, ValueOf(requirement.Key, labels)))
            {
                return false;
            }
        }

        // A term that asks for nothing is right about nothing: so it is in Kubernetes.
        return !term.Requirements.IsEmpty;
    }

    private static bool Holds(NodeRequirement requirement, string? value) => requirement.Operator switch
    {
        NodeOperator.In => value is not null && requirement.Values.Contains(value),
        NodeOperator.NotIn => value is null || !requirement.Values.Contains(value),
        NodeOperator.Exists => value is not null,
        NodeOperator.DoesNotExist => value is null,
        NodeOperator.Gt => Number(value) is { } number && number > Number(requirement.Values[0]),
        NodeOperator.Lt => Number(value) is { } number && number < Number(requirement.Values[0]),
        var other => throw new ArgumentOutOfRangeException(nameof(requirement), other, "is no operator"),
    };

    private static string? ValueOf(string key, ImmutableArray<Label> labels)
    {
        foreach (var label in labels)
        {
            if (label.Key == key)
            {
                return label.Value;
            }
        }

        return null;
    }

    /// <summary>A whole number as Kubernetes reads one; null: it is none.</summary>
    public static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
