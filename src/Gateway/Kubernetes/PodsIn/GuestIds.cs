using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// Ids of jobs of pods. They are the same in every process, so two gateways that see the same pods submit the same job, once. A pod that stands
/// alone is one job for ever. A gang's jobs are numbered: the job with the next number is made only once the one before is known with its very pods,
/// and a job that exists is taken as it is, so no two of them ever name the same pod while both live. What stands alone begins with when its pod was made:
/// stores keep jobs in the order of their ids, and jobs that come together are then written to, and read from, the same few pages.
/// </summary>
internal static class GuestIds
{
    public static JobId OfPod(string cluster, GuestPod pod)
    {
        var made = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, pod.CreatedAt.ToUnixTimeSeconds()):x8}");
        return new JobId(string.Concat("pods-", made, Hash($"pod\n{cluster}\n{pod.Uid}").AsSpan(made.Length)));
    }

    /// <param name="identity">Of one life of the group: its UID, or its name where it has none.</param>
    public static JobId OfGang(string cluster, string identity, int number) =>
        new("pods-" + Hash(string.Create(CultureInfo.InvariantCulture, $"gang\n{cluster}\n{identity}\n{number}")));

    public static string IdentityOf(GangKey gang, GangFacts facts) => facts.Uid.Length > 0 ? facts.Uid : $"{gang.Kind}\n{gang.Namespace}\n{gang.Name}\n{gang.Life}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
