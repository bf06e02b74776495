using System.Globalization;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>What a real server decided, over kill -9 and restart, is decided again from its own journal.</summary>
public sealed class ReplayJournalTests
{
    private const int Jobs = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_server_that_was_killed_decides_all_of_its_journal_again_bit_for_bit()
    {
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(60);
        var address = GatewayProcess.FreeAddress();
        for (var life = 0; life < 3; life++)
        {
            await using var gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
            using var api = new Api(address);
            for (var job = 0; job < Jobs; job++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"job-{life}-{job}");
                await api.Submit(Api.Job(name, workers: 1 + (job % 3), cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runForSeconds: job % 2 == 0 ? 1 : null), key: name);
            }

            var replay = await api.Replay("openb", Patience);
            Assert.Equal(("identical", 0, 0), ((string)replay["verdict"]!, (int)replay["skipped"]!, (int)replay["differences"]!));
            Assert.True((int)replay["entries"]! > (life + 1) * Jobs, replay.ToJsonString());
            await gateway.Kill();
        }
    }
}
