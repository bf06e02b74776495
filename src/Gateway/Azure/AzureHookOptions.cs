namespace Gateway.Azure;

/// <summary>Who may tell us of Azure's events, and whom we tell of our decisions. Secrets are read from files, which a cluster mounts; none: the hooks are not there.</summary>
internal sealed class AzureHookOptions
{
    /// <summary>The secret in the address of hooks that Azure calls (?code=…): a file with at least 32 characters.</summary>
    public string? CodeFile { get; set; }

    /// <summary>The key under which node agents sign what they tell: a file with at least 32 bytes.</summary>
    public string? AgentKeyFile { get; set; }

    /// <summary>What was signed longer ago than this, or as long ahead, is refused. Default 5 min.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Addresses (https) that are told of every decision on capacity.</summary>
    public List<string> Tell { get; set; } = [];

    /// <summary>The key under which we sign what we tell: a file with at least 32 bytes.</summary>
    public string? TellKeyFile { get; set; }

    internal IEnumerable<string> Errors()
    {
        foreach (var url in Tell.Where(t => !Uri.TryCreate(t, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps))
        {
            yield return $"Azure:Hooks:Tell must be https addresses, which '{url}' is not";
        }

        if (Tell.Count > 0 && TellKeyFile is null)
        {
            yield return "Azure:Hooks:TellKeyFile must name the key under which is signed";
        }

        if (MaxAge <= TimeSpan.Zero || MaxAge > TimeSpan.FromHours(1))
        {
            yield return "Azure:Hooks:MaxAge must be above 0 and up to 1 h";
        }
    }
}
