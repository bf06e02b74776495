using Gateway.Kubernetes.Watching;
using Gateway.Tests.Support;
using k8s.Models;

namespace Gateway.Tests.Kubernetes.Watching;

/// <summary>One list and one watch, and a view that is right again after whatever went wrong.</summary>
public sealed class InformerTests
{
    [Fact]
    public async Task A_list_is_read_page_by_page_and_watched_from_its_version()
    {
        await using var run = await WatchRun.Start(call => call.IsWatch ? call.Hang()
            : call.Query("continue") is null ? call.Answer(200, StubCall.List("PodList", "10", "more", StubCall.Pod("a", "1"), StubCall.Pod("b", "2")))
            : call.Answer(200, StubCall.List("PodList", "10", null, StubCall.Pod("c", "3"))));

        await run.Synced();
        var watch = await run.Watches(1);

        Assert.Equal(["a", "b", "c"], run.Names);
        Assert.Equal(["500", "500"], run.Server.Requests.Where(r => !r.Query.Contains("watch=true", StringComparison.Ordinal)).Select(r => System.Web.HttpUtility.ParseQueryString(r.Query)["limit"]!));
        Assert.Equal("10", watch["resourceVersion"]);
        Assert.Equal("true", watch["allowWatchBookmarks"]);
        Assert.InRange(int.Parse(watch["timeoutSeconds"]!, System.Globalization.CultureInfo.InvariantCulture), 300, 600);
    }

    [Fact]
    public async Task Changes_reach_the_view_and_those_who_look_at_it_in_order()
    {
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null, StubCall.Pod("a", "1")));
                return;
            }

            await call.Say(
                StubCall.Event("ADDED", StubCall.Pod("b", "11")), StubCall.Event("MODIFIED", StubCall.Pod("b", "12", "n1")), StubCall.Event("DELETED", StubCall.Pod("a", "13")),
                StubCall.Event("ADDED", StubCall.Pod("c", "14")));
            await call.Hang();
        });

        await run.Heard("c");

        Assert.Equal(["+a", "+b", "~b on n1", "-a", "+c"], run.News);
        Assert.Equal(["b", "c"], run.Names);
        Assert.Equal("n1", run.View.Find(new ObjectKey("ml", "b"))?.Spec.NodeName);
    }

    [Fact]
    public async Task A_watch_that_is_cut_goes_on_where_it_was_without_a_list()
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null));
            }
            else if (call.Query("resourceVersion") == "10")
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")));
                await cut.Task;
                await call.Cut();
            }
            else
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("b", "16")));
                await call.Hang();
            }
        });

        await run.Heard("a");
        cut.SetResult();
        await run.Heard("b");

        Assert.Equal(["10", "11"], (await run.AllWatches(2)).Select(w => w["resourceVersion"]));
        Assert.Single(run.Lists);
    }

    [Fact]
    public async Task A_watch_that_the_server_ends_goes_on_where_it_was()
    {
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null));
            }
            else if (call.Query("resourceVersion") == "10")
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")), StubCall.Event("BOOKMARK", """{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"15"}}"""));
            }
            else
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("b", "16")));
                await call.Hang();
            }
        });

        await run.Heard("b");

        Assert.Equal(["10", "15"], (await run.AllWatches(2)).Select(w => w["resourceVersion"]));
        Assert.Single(run.Lists);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_too_much_was_missed_all_is_listed_again_and_the_difference_told(bool asEvent)
    {
        var lists = 0;
        var gone = StubCall.Status(410, "Expired", "too old resource version: 10 (20)");
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                var page = ++lists == 1
                    ? StubCall.List("PodList", "10", null, StubCall.Pod("a", "1"), StubCall.Pod("b", "2"), StubCall.Pod("c", "3"))
                    : StubCall.List("PodList", "20", null, StubCall.Pod("a", "1"), StubCall.Pod("b", "15", "n1"), StubCall.Pod("d", "16"));
                await call.Answer(200, page);
            }
            else if (call.Query("resourceVersion") != "10")
            {
                await call.Hang();
            }
            else if (asEvent)
            {
                await call.Say(StubCall.Event("ERROR", gone));
                await call.Hang();
            }
            else
            {
                await call.Answer(410, gone);
            }
        });

        await run.Heard("c", gone: true);

        Assert.Equal(["+a", "+b", "+c", "~b on n1", "+d", "-c"], run.News);
        Assert.Equal("20", (await run.AllWatches(2))[^1]["resourceVersion"]);
    }

    [Fact]
    public async Task A_page_that_expired_begins_the_list_anew()
    {
        var isFirst = true;
        await using var run = await WatchRun.Start(async call =>
        {
            if (call.IsWatch)
            {
                await call.Hang();
            }
            else if (call.Query("continue") is null)
            {
                await call.Answer(200, StubCall.List("PodList", "10", "more", StubCall.Pod("a", "1")));
            }
            else if (isFirst)
            {
                isFirst = false;
                await call.Answer(410, StubCall.Status(410, "Expired", "The provided continue parameter is too old"));
            }
            else
            {
                await call.Answer(200, StubCall.List("PodList", "10", null, StubCall.Pod("b", "2")));
            }
        });

        await run.Synced();

        Assert.Equal(["a", "b"], run.Names);
        Assert.Equal(["+a", "+b"], run.News);
    }

    [Fact]
    public async Task An_error_of_the_server_is_waited_out_and_the_watch_goes_on()
    {
        var isFirst = true;
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null));
            }
            else if (isFirst)
            {
                isFirst = false;
                await call.Say(StubCall.Event("ERROR", StubCall.Status(500, "InternalError", "etcd event received with PrevKv=nil")));
            }
            else
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")));
                await call.Hang();
            }
        });

        await run.Heard("a");

        Assert.Single(run.Lists);
    }

    [Fact]
    public async Task A_watch_that_falls_silent_is_begun_anew_where_it_was()
    {
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null));
            }
            else if (call.Query("resourceVersion") == "10")
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")));
                await call.Hang();
            }
            else
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("b", "12")));
                await call.Hang();
            }
        }, silentFor: TimeSpan.FromMinutes(3));

        await run.Heard("a");
        await run.Heard("b");

        Assert.Single(run.Lists);
    }

    [Fact]
    public async Task A_server_that_was_restored_from_a_backup_is_listed_again()
    {
        await using var run = await WatchRun.Start(call => !call.IsWatch ? call.Answer(200, StubCall.List("PodList", call.Number == 1 ? "900" : "10", null, StubCall.Pod("a", call.Number == 1 ? "800" : "5")))
            : call.Query("resourceVersion") == "900" ? call.Answer(504, StubCall.Status(504, "Timeout", "Too large resource version: 900, current: 10", """{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}]}"""))
            : call.Hang());

        var watches = await run.AllWatches(2);

        Assert.Equal("10", watches[^1]["resourceVersion"]);
    }

    [Fact]
    public async Task A_line_that_was_cut_off_is_no_event()
    {
        await using var run = await WatchRun.Start(async call =>
        {
            if (!call.IsWatch)
            {
                await call.Answer(200, StubCall.List("PodList", "10", null));
            }
            else if (call.Query("resourceVersion") == "10")
            {
                var whole = StubCall.Event("ADDED", StubCall.Pod("b", "12"));
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")));
                await call.Part(whole[..(whole.Length / 2)]);
            }
            else
            {
                await call.Say(StubCall.Event("ADDED", StubCall.Pod("b", "12")));
                await call.Hang();
            }
        });

        await run.Heard("b");

        Assert.Equal(["10", "11"], (await run.AllWatches(2)).Select(w => w["resourceVersion"]));
    }

    [Fact]
    public async Task Two_who_look_share_one_watch_and_a_fault_of_one_is_not_the_others()
    {
        await using var run = await WatchRun.Start(call => call.IsWatch ? call.Hang() : call.Answer(200, StubCall.List("PodList", "10", null, StubCall.Pod("a", "1"), StubCall.Pod("b", "2", "n1"))), start: false);
        var names = run.Informer.View(pod => pod.Spec.NodeName is null ? null : pod.Name());
        names.Subscribe(_ => throw new InvalidOperationException("a fault of this one"));

        run.Begin();
        await run.Synced();
        await names.WhenSynced;
        await run.Watches(1);

        Assert.Equal(["b"], names.Snapshot());
        Assert.Equal(["a", "b"], run.Names);
        Assert.Single(run.Lists);
    }

    [Fact]
    public async Task Who_comes_later_hears_of_everything_that_is_there_first()
    {
        await using var run = await WatchRun.Start(call => call.IsWatch ? call.Hang() : call.Answer(200, StubCall.List("PodList", "10", null, StubCall.Pod("a", "1"), StubCall.Pod("b", "2"))));
        await run.Synced();

        var heard = new List<string>();
        using var subscription = run.View.Subscribe(change => heard.Add(change.Key.Name));

        Assert.Equal(["a", "b"], heard.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_of_no_interest_any_more_is_gone()
    {
        await using var run = await WatchRun.Start(
            async call =>
            {
                if (!call.IsWatch)
                {
                    await call.Answer(200, StubCall.List("PodList", "10", null));
                    return;
                }

                await call.Say(StubCall.Event("ADDED", StubCall.Pod("a", "11")), StubCall.Event("MODIFIED", StubCall.Pod("a", "12", "n1")), StubCall.Event("ADDED", StubCall.Pod("b", "13")));
                await call.Hang();
            },
            project: pod => pod.Spec.NodeName is null ? pod : null);

        await run.Heard("b");

        Assert.Equal(["+a", "-a", "+b"], run.News);
    }

    [Fact]
    public async Task Selectors_go_with_the_list_and_the_watch()
    {
        await using var server = await StubApiServer.Start(call => call.IsWatch ? call.Hang() : call.Answer(200, StubCall.List("PodList", "10", null)));
        await using var run = new WatchRun(server, ListWatch.Pods(server.Client(), "app in (a,b)", "spec.schedulerName=ours"), pod => pod);
        run.Begin();

        await run.Watches(1);

        Assert.All(server.Requests, r =>
        {
            var query = System.Web.HttpUtility.ParseQueryString(r.Query);
            Assert.Equal("app in (a,b)", query["labelSelector"]);
            Assert.Equal("spec.schedulerName=ours", query["fieldSelector"]);
        });
    }
}
