using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>The data folder on a disk that is really full: a small file system of its own, which only root may make.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int MostJobs = 4000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task On_a_full_disk_submissions_are_answered_503_and_nothing_is_lost_and_with_room_again_it_goes_on()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch.Data);
        if (!await Run("mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", scratch.Data))
        {
            Assert.Skip("mounting a small file system needs root");
        }

        try
        {
            await FillAndGoOn(scratch);
        }
        finally
        {
            await Run("umount", scratch.Data);
        }
    }

    private async Task FillAndGoOn(ScratchFolder scratch)
    {
        var inventory = scratch.EveryNthNode(100);
        var address = GatewayProcess.FreeAddress();
        var gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
        try
        {
            using var api = new Api(address);
            var acknowledged = new List<string>();
            while (acknowledged.Count < MostJobs && await api.StatusOfSubmit(Job(acknowledged.Count), Key(acknowledged.Count)) is var status && status != 503)
            {
                Assert.True(status is 200 or 201, $"{status} after {acknowledged.Count} jobs");
                acknowledged.Add(Key(acknowledged.Count));
            }

            output.WriteLine($"{acknowledged.Count} jobs were acknowledged before the disk was full");
            Assert.InRange(acknowledged.Count, 1, MostJobs - 1);
            Assert.Equal(503, await api.StatusOfSubmit(Job(MostJobs), Key(MostJobs)));

            Assert.True(await Run("mount", "-o", "remount,size=200m", scratch.Data));
            await Eventually.Get(() => api.StatusOfSubmit(Job(acknowledged.Count), Key(acknowledged.Count)), s => s is 200 or 201, Rest, "with room again the same submission is accepted");
            acknowledged.Add(Key(acknowledged.Count));

            await gateway.Kill();
            await gateway.DisposeAsync();
            gateway = await GatewayProcess.Start(address, scratch.Data, inventory);
            await CheckAll(api, acknowledged);
        }
        catch (Exception)
        {
            output.WriteLine(gateway.Output);
            throw;
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    /// <summary>Each that was acknowledged is there once and comes to its end; of the others, what was refused may have been written all the same.</summary>
    private static async Task CheckAll(Api api, List<string> acknowledged)
    {
        var listed = await api.All("jobs?maxpagesize=1000");
        var names = listed.Select(j => (string)j["name"]!).ToList();
        Assert.Equal(names.Distinct().Count(), names.Count);
        Assert.Empty(acknowledged.Except(names));
        Assert.Empty(names.Except(acknowledged).Except([Key(MostJobs)]));

        await Eventually.Get(() => api.All("jobs?ended=false&maxpagesize=1000"), live => live.Count == 0, Rest, "every job has ended");
        Assert.All(await api.All("jobs?maxpagesize=1000"), j => Assert.Equal("Succeeded", (string)j["phase"]!));
        var pool = await Eventually.Get(() => api.Get("pools/openb"), p => (long)p["gpuMilliAllocated"]! == 0, Rest, "all GPUs are free");
        Assert.Equal(0, (long)pool["invariantFailures"]!);
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"full-{number}");

    private static System.Text.Json.Nodes.JsonObject Job(int number) => Api.Job(Key(number), workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 100, runForSeconds: 1);

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
