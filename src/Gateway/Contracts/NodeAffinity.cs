using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>One way for a node to be right for a role's workers: all of these hold.</summary>
public sealed record JobNodeTerm
{
    [Required, MaxLength(Limits.MaxNodeRequirements)]
    [Description("What must hold, all of it; at least one.")]
    public IReadOnlyList<JobNodeRequirement?>? MatchExpressions { get; init; }
}

/// <summary>What a label of a node must be, in Kubernetes' words.</summary>
public sealed record JobNodeRequirement
{
    [Required]
    [Description("A node's label.")]
    public string? Key { get; init; }

    [Required, AllowedValues("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")]
    [Description("Without the label NotIn and DoesNotExist hold, and nothing else.")]
    public string? Operator { get; init; }

    [MaxLength(Limits.MaxNodeValues)]
    [Description("For In and NotIn at least one; for Gt and Lt one whole number; for Exists and DoesNotExist none.")]
    public IReadOnlyList<string?>? Values { get; init; }
}
