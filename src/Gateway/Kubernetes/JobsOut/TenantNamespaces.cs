using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>Which namespace is whose. A tenant has one; one without has none of others' either.</summary>
internal sealed class TenantNamespaces(IEnumerable<KeyValuePair<string, string>> settings)
{
    /// <summary>The tenant that stands for all that are not named; {tenant} in its namespace is the tenant's name.</summary>
    public const string Others = "*";
    public const string Placeholder = "{tenant}";

    private readonly Dictionary<string, string> _byTenant = new(settings, StringComparer.Ordinal);

    public string? Of(TenantId tenant) =>
        _byTenant.TryGetValue(tenant.Value, out var named) ? named
        : _byTenant.TryGetValue(Others, out var pattern) && pattern.Replace(Placeholder, tenant.Value, StringComparison.Ordinal) is var name
            && Validation.Rules.IsName(name) && !_byTenant.ContainsValue(name) ? name
        : null;

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    public static IEnumerable<string> Errors(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tenant, name) in settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (tenant == Others)
            {
                if (!name.Contains(Placeholder, StringComparison.Ordinal) || !Validation.Rules.IsName(name.Replace(Placeholder, "t", StringComparison.Ordinal)))
                {
                    yield return $"Namespaces[*] is \"{name}\": write a name with {Placeholder} in it, such as team-{Placeholder}.";
                }
            }
            else if (!Validation.Rules.IsName(tenant) || !Validation.Rules.IsName(name))
            {
                yield return $"Namespaces[{tenant}] is \"{name}\": both {Validation.Rules.NameRule}.";
            }
            else if (!seen.TryAdd(name, tenant))
            {
                yield return $"Namespaces gives \"{name}\" to {seen[name]} and to {tenant}: one namespace per tenant.";
            }
        }
    }
}
