using Gateway.Leadership;

namespace Gateway.Kubernetes.Hosting;

/// <summary>The lease of the coordination API by which one gateway leads a cluster.</summary>
internal sealed class ClusterLeaseSettings
{
    /// <summary>Default: the gateway's own namespace (POD_NAMESPACE), or "orleans-scheduler".</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Gateways of one lease take turns; those of different leases do not know of each other. Default "orleans-scheduler".</summary>
    public string Name { get; set; } = "orleans-scheduler";

    /// <summary>Who holds it, for people. Default: the pod's or machine's name and a random ending: no two processes are ever taken for one.</summary>
    public string Identity { get; set; } = "";

    public LeaseOptions Timing { get; set; } = new();

    internal string NamespaceOr(Func<string, string?> environment) => Namespace.Length > 0 ? Namespace : environment("POD_NAMESPACE") is { Length: > 0 } own ? own : "orleans-scheduler";

    internal string IdentityOf(Func<string, string?> environment, string machine, string ending) =>
        $"{(Identity.Length > 0 ? Identity : environment("POD_NAME") is { Length: > 0 } own ? own : machine)}_{ending}";

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (Namespace.Length > 0 && !Validation.Rules.IsName(Namespace))
        {
            yield return $"Lease:Namespace is \"{Namespace}\": it {Validation.Rules.NameRule}.";
        }

        if (!Validation.Rules.IsJobName(Name))
        {
            yield return $"Lease:Name is \"{Name}\": it {Validation.Rules.JobNameRule}.";
        }

        if (Identity.Length > 200 || Identity.Any(char.IsControl))
        {
            yield return "Lease:Identity is too long: set at most 200 characters.";
        }

        foreach (var error in Timing.Errors())
        {
            yield return error;
        }
    }
}
