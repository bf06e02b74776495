using System.Diagnostics;
using Grains.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Durability;

/// <summary>A disk that is really full: a small file system of its own, which only root may make.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task On_a_full_disk_writes_fail_and_nothing_is_lost_and_with_room_again_they_work()
    {
        using var folder = new TemporaryFolder();
        if (!await Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.Path))
            Assert.Skip("mounting a small file system needs root");
        try
        {
            await FillAndFree(folder.Path);
        }
        finally
        {
            await Run("umount", folder.Path);
        }
    }

    private static async Task FillAndFree(string folder)
    {
        var ballast = Path.Combine(folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 * 1024 * 1024]);
        await using var storage = new SqliteUnderTest(folder: Path.Combine(folder, "data"));
        var position = 0L;
        StorageException? full = null;
        while (full is null && position < 200)
        {
            try
            {
                await storage.Journals.Append("s", position, [new byte[100_000]]);
                position++;
            }
            catch (StorageException e)
            {
                full = e;
            }
        }

        Assert.NotNull(full);
        Assert.Contains("full", full.Message, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", position, [new byte[100_000]]));
        Assert.Equal(position, (await storage.Journals.Read("s")).Position);

        File.Delete(ballast);
        await storage.Journals.Append("s", position, [new byte[100_000]]);
        await storage.Reopen();
        Assert.Equal(position + 1, (await storage.Journals.Read("s")).Position);
    }

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
