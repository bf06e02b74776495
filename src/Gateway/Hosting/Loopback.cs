using System.Net;

namespace Gateway.Hosting;

/// <summary>What counts as this machine.</summary>
internal static class Loopback
{
    /// <summary>"localhost", 127.0.0.0/8 or ::1, with or without brackets.</summary>
    public static bool IsLoopbackHost(string? host)
    {
        if (string.IsNullOrEmpty(host))
            return false;
        if (host is "127.0.0.1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
    }

    /// <summary>The host part of an address to listen on; "*", "+" and names come back as they are.</summary>
    public static bool TryHost(string url, out string host)
    {
        host = "";
        try
        {
            host = BindingAddress.Parse(url).Host;
            return host.Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Every address that this configuration makes the server listen on.</summary>
    public static List<string> ConfiguredUrls(IConfiguration configuration)
    {
        var urls = new List<string>();
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
            urls.Add(endpoint["Url"] ?? "");
        if (urls.Count > 0)
            return urls;
        urls.AddRange(Split(configuration["urls"]));
        if (urls.Count > 0)
            return urls;
        urls.AddRange(Split(configuration["http_ports"]).Select(p => $"http://*:{p}"));
        urls.AddRange(Split(configuration["https_ports"]).Select(p => $"https://*:{p}"));
        if (urls.Count == 0)
            urls.Add(GatewayOptions.DefaultUrl);
        return urls;
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
