using Gateway.Auth;
using Gateway.Contracts;
using Gateway.Validation;

namespace Gateway.Hosting;

/// <summary>Checks the whole configuration before anything starts, and tells every fault at once.</summary>
internal static class OptionsCheck
{
    public static List<string> Faults(GatewayOptions gateway, AuthOptions auth, IReadOnlyList<string> urls)
    {
        var faults = new List<string>();
        CheckGateway(gateway, faults);
        CheckAuth(auth, faults);
        CheckUrls(auth, urls, faults);
        return faults;
    }

    private static void CheckGateway(GatewayOptions o, List<string> faults)
    {
        if (!Rules.IsName(o.Cohort))
            faults.Add($"Gateway:Cohort {Rules.NameRule}");
        if (o.PublicUrl is not null && !(Uri.TryCreate(o.PublicUrl, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.Query.Length == 0))
            faults.Add("Gateway:PublicUrl must be an http or https address");
        if (!Enum.IsDefined(o.Silo))
            faults.Add($"Gateway:Silo must be one of {string.Join(", ", Enum.GetNames<SiloSite>())}");
        Time(o.ClientTimeout, 11, 600, "ClientTimeout", faults);
        Number(o.MaxWorkersPerGang, 1, Limits.MaxWorkersPerGang, "MaxWorkersPerGang", faults);
        Number(o.PendingJobsPerTenant, 1, 100_000_000, "PendingJobsPerTenant", faults);
        Number(o.LiveJobsPerTenant, 1, 100_000_000, "LiveJobsPerTenant", faults);
        Number(o.CallRetries, 0, 10, "CallRetries", faults);
        Number(o.RequestsPerSecond, 1, 10_000_000, "RequestsPerSecond", faults);
        Number(o.RequestBurst, 1, 100_000_000, "RequestBurst", faults);
        Number(o.ConcurrentRequests, 1, 1_000_000, "ConcurrentRequests", faults);
        Number(o.Streams, 1, 1_000_000, "Streams", faults);
        Time(o.CallTimeout, 0.01, 300, "CallTimeout", faults);
        Time(o.CallBudget, 0.01, 300, "CallBudget", faults);
        Time(o.RequestTimeout, 1, 600, "RequestTimeout", faults);
        Time(o.StreamDuration, 1, 86_400, "StreamDuration", faults);
        Time(o.StreamHeartbeat, 0.01, 10, "StreamHeartbeat", faults);
        Time(o.ShutdownTimeout, 0, 600, "ShutdownTimeout", faults);
    }

    private static void CheckAuth(AuthOptions o, List<string> faults)
    {
        if (o.IsLocalOnly)
        {
            if (!string.IsNullOrWhiteSpace(o.Audience))
                faults.Add("Auth:Audience is set but Auth:Issuer is not");
            return;
        }

        if (!Uri.TryCreate(o.Issuer, UriKind.Absolute, out var issuer) || issuer.Scheme is not ("https" or "http"))
            faults.Add("Auth:Issuer must be an https address");
        else if (issuer.Scheme == "http" && !Loopback.IsLoopbackHost(issuer.Host))
            faults.Add("Auth:Issuer must be https unless it is on this machine");
        if (string.IsNullOrWhiteSpace(o.Audience))
            faults.Add("Auth:Audience must be set when Auth:Issuer is");
        if (string.IsNullOrWhiteSpace(o.TenantClaim))
            faults.Add("Auth:TenantClaim must name a claim");
        if (string.IsNullOrWhiteSpace(o.UserClaim))
            faults.Add("Auth:UserClaim must name a claim");
        if (string.IsNullOrWhiteSpace(o.RolesClaim))
            faults.Add("Auth:RolesClaim must name a claim");
    }

    private static void CheckUrls(AuthOptions auth, IReadOnlyList<string> urls, List<string> faults)
    {
        foreach (var url in urls)
        {
            if (!Loopback.TryHost(url, out var host))
                faults.Add($"'{url}' is not an address to listen on");
            else if (auth.IsLocalOnly && !Loopback.IsLoopbackHost(host))
                faults.Add($"refusing to listen on {url} without authentication: set Auth:Issuer and Auth:Audience, or listen on a loopback address such as {GatewayOptions.DefaultUrl}");
        }
    }

    private static void Number(int value, int min, int max, string name, List<string> faults)
    {
        if (value < min || value > max)
            faults.Add($"Gateway:{name} {Rules.Range(min, max)}");
    }

    private static void Time(TimeSpan value, double minSeconds, double maxSeconds, string name, List<string> faults)
    {
        if (value < TimeSpan.FromSeconds(minSeconds) || value > TimeSpan.FromSeconds(maxSeconds))
            faults.Add($"Gateway:{name} must be from {TimeSpan.FromSeconds(minSeconds)} to {TimeSpan.FromSeconds(maxSeconds)}");
    }
}
