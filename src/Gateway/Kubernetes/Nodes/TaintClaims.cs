using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// What was written on nodes, so that whoever takes a taint of ours away is not fought: it is put back a few times, each time later, and then left
/// until something else is wanted. A new process begins without; then it is put back so often again. Not for several threads.
/// </summary>
internal sealed class TaintClaims(NodeActuatorOptions options)
{
    private readonly Dictionary<NodeId, Claim> _claims = [];

    /// <summary>What to do about a node whose taints of ours are not those that are wanted.</summary>
    public TaintStep Next(NodeObject node, ImmutableArray<NodeTaint> wanted, DateTimeOffset now)
    {
        if (!_claims.TryGetValue(node.Name, out var claim) || claim.Uid != node.Uid || !claim.Wanted.SequenceEqual(wanted))
        {
            return new TaintStep.Write();
        }

        // The watch has not come as far as our own write.
        if (claim.ReadVersion == node.Version)
        {
            return new TaintStep.Wait();
        }

        if (!claim.IsLost)
        {
            claim = claim with { IsLost = true, Again = now + options.ReassertAfter * Math.Pow(4, Math.Min(claim.Times, 10)) };
            _claims[node.Name] = claim;
            return new TaintStep.Lost(claim.Times >= options.Reassertions);
        }

        return claim.Times < options.Reassertions && now >= claim.Again ? new TaintStep.Write() : new TaintStep.Wait();
    }

    /// <summary>It was written; the claim is lost when the node then shows anything else.</summary>
    public void Written(NodeObject asRead, ImmutableArray<NodeTaint> wanted)
    {
        var isAgain = _claims.TryGetValue(asRead.Name, out var claim) && claim.Uid == asRead.Uid && claim.Wanted.SequenceEqual(wanted);
        _claims[asRead.Name] = new Claim(asRead.Uid, asRead.Version, wanted, isAgain ? claim!.Times + 1 : 0, IsLost: false, Again: default);
    }

    /// <summary>Forgets nodes that are not there any more.</summary>
    public void Keep(Func<NodeId, bool> isThere)
    {
        foreach (var (node, _) in _claims)
        {
            if (!isThere(node))
            {
                _claims.Remove(node);
            }
        }
    }

    private sealed record Claim(string Uid, string ReadVersion, ImmutableArray<NodeTaint> Wanted, int Times, bool IsLost, DateTimeOffset Again);
}

/// <summary>What to do about taints that are not as they are wanted.</summary>
internal abstract record TaintStep
{
    private TaintStep()
    {
    }

    public sealed record Write : TaintStep;

    public sealed record Wait : TaintStep;

    /// <summary>Somebody has changed them since we wrote: seen for the first time.</summary>
    public sealed record Lost(bool GivesUp) : TaintStep;
}
