using System.CommandLine;
using Cli.Http;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>Which pools a list command speaks of.</summary>
internal static class PoolPages
{
    /// <summary>More rows than any pool has.</summary>
    public const int MostRows = 1_000_000;

    public static Option<string?> Option() => new("--pool") { Description = "Only this pool; the only one there is by default", HelpName = "POOL" };

    /// <summary>The named pool, or the only one.</summary>
    /// <exception cref="CliException">Usage, when there are several.</exception>
    public static async Task<string> Find(SchedClient client, string? named, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            return named;
        }

        var pools = (await client.Send(SchedRequest.Get("pools"), cancellationToken)).Read(ContractsJson.Lenient.PoolList).Value;
        return pools switch
        {
            [var only] => only.Name,
            [] => throw new CliException(ExitCode.NotFound, "there is no pool yet; machines make one when they are offered"),
            _ => throw CliException.Usage($"there are {pools.Count} pools; name one with --pool: {string.Join(", ", pools.Take(10).Select(p => p.Name))}"),
        };
    }
}
