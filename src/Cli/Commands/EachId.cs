using Cli.Output;

namespace Cli.Commands;

/// <summary>Does one thing to several ids: each is tried, each error is said, and the first one's code is the answer.</summary>
internal static class EachId
{
    public static async Task<int> Run(Printer printer, IReadOnlyList<string> ids, Func<string, Task> act)
    {
        var code = ExitCode.Ok;
        foreach (var id in ids)
        {
            try
            {
                await act(id);
            }
            catch (CliException e) when (e.ExitCode != ExitCode.NotAuthorised || ids.Count == 1)
            {
                printer.Complain($"{id}: {e.Message}");
                code = code == ExitCode.Ok ? e.ExitCode : code;
            }
        }

        return code;
    }
}
