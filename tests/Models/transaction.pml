/*
 * The placement transaction, small enough to look at every state of it. The code is the reference: each inline names the method that
 * it stands for. README.md beside this file says what is in, what is left out, and what each -D switch takes away.
 *
 * Two gangs and two racks of one GPU each. Gang 0 needs both racks, gang 1 the second one, so they compete. A record is one attempt
 * of one gang. Activation 0 is the pool's present one, activation 1 a zombie: an older one that does not know yet that it is over.
 * Every step of a grain is one atomic step, for a grain answers only when what it decided is durable.
 */

#define GANGS    2
#define ATTEMPTS 2
#define RECORDS  4
#define RACKS    2
#ifndef PLAYING
#define PLAYING  2      /* gangs that ask for anything */
#endif
#ifndef PLANS
#define PLANS    2      /* the last plan's number; 1 was made before */
#endif
#ifndef TAKEOVERS
#define TAKEOVERS 1     /* how often another activation takes the pool over */
#endif
#ifndef LEASES
#define LEASES   1      /* leases that end early */
#endif
#ifndef LATE
#define LATE     1      /* messages that are ever late, one at a time */
#endif
#ifndef LIMIT
#define LIMIT    2      /* of quota; gang 0 costs 2, gang 1 costs 1 */
#endif

#define GANG(k)      ((k) / ATTEMPTS)
#define ATTEMPT(k)   ((k) % ATTEMPTS + 1)
#define RECORD(g)    ((g) * ATTEMPTS + attempt[g] - 1)   /* of the gang's present attempt */
#define COST(k)      (GANG(k) == 0 -> 2 : 1)
#define NEEDS(k, r)  (GANG(k) == 0 || (r) == 1)
#define BIT(i)       (1 << (i))
#define HAS(m, i)    (((m) >> (i)) & 1)
#define AT(r, k)     ((r) * RECORDS + (k))               /* a cell of what racks know of records */
#define OF(s, k)     ((s) * RECORDS + (k))               /* a cell of what activations know of records */
#define RACKS_OF(k)  (GANG(k) == 0 -> 3 : 2)

/* The gang's phase (JobPhase). */
#define PENDING 0
#define LIVE    1       /* committed: its workers run */
#define DONE    2

/* Where a record is in the pool's machine (AttemptStage), and what its activation does next for it (PoolSteps). */
#define NONE    0
#define QUEUED  1
#define PLACING 2
#define RUNNING 3
#define FREEING 4
#define IDLE    0
#define CHARGE  1       /* step 2 */
#define HOLD    2       /* step 3 */
#define PLACE   3       /* step 4 */
#define WRITE   4       /* step 5: journal "committed" */
#define SETTLE  5
#define ASK     6       /* step 6a */
#define UNDO    7       /* step 6b */
#define GIVE    8       /* step 6c, and Free */

/* Messages, and what is answered. */
#define M_NONE    0
#define M_CHARGE  1
#define M_REFUND  2
#define M_HOLD    3
#define M_COMMIT  4
#define M_RELEASE 5
#define M_PLACE   6
#define M_FENCE   7
#define OK        0
#define REFUSED   1
#define FENCED    2     /* the receiver obeys a newer epoch */
#define NO_ANSWER 3

/* Durable: the job's record (JobState). */
byte phase[GANGS], attempt[GANGS], placed[GANGS], jobEpoch[GANGS];

/* Durable: the racks' ledgers (RackLedger). alloc: the plan that holds the GPU for this record. */
byte rackEpoch[RACKS], alloc[8], committed[RACKS], released[8];
/* Not durable: what a job said to a rack that asked about a hold whose lease ran out, until the rack acts on it. */
byte asked[RACKS], askedPlan[RACKS], askedAnswer[RACKS];

/* Durable: the quota tree (QuotaTree). charged: the plan that is charged for this record. */
byte charged[RECORDS], refunded[RECORDS];

/* What an activation knows. For activation 0 stage, plan, undoing and over are what its journal says: every change of them is one
   append with compare-and-set. The zombie's are the journal as it was when it was taken over. */
byte stage[8], plan[8], undoing[2], over[2];
byte alive[2], epoch[2], attached[2];
byte step[8], done[8], mayBe[2], mend[2], mended[2];
byte lastPlan, takeovers;
bit forgot;
#ifdef NO_INTENT
byte unwritten, lastWritten;
#endif

/* One message that is late: it arrives at any time later, or never. */
byte leases, lates, lateType, lateRecord, latePlan, lateEpoch, lateRack;

hidden byte answer, net, i, key;
hidden byte gpuTwice, partialGang, committedFreed, chargeLost, aboveLimit, allocationLeft, chargeLeft, unfinished;

/* ---- what receivers do ---- */

#define BUSY(r) (alloc[AT(r, 0)] || alloc[AT(r, 1)] || alloc[AT(r, 2)] || alloc[AT(r, 3)])
#define USED    ((charged[0] -> 2 : 0) + (charged[1] -> 2 : 0) + (charged[2] -> 1 : 0) + (charged[3] -> 1 : 0))

inline max(variable, value) { if :: variable < value -> variable = value :: else fi }

/* RackLedger.DecideEpoch */
inline obey(r, e)
{
    answer = OK;
#ifndef NO_RACK_FENCE
    if :: e < rackEpoch[r] -> answer = FENCED :: else -> max(rackEpoch[r], e) fi
#endif
}

/* RackLedger.DecideHold */
inline hold(r, k, p)
{
    if
    :: released[AT(r, k)] >= p -> answer = REFUSED
    :: else ->
        if
        :: alloc[AT(r, k)] == p -> answer = OK
        :: alloc[AT(r, k)] != p && alloc[AT(r, k)] != 0 && (alloc[AT(r, k)] > p || HAS(committed[r], k)) -> answer = REFUSED
        :: alloc[AT(r, k)] != 0 && alloc[AT(r, k)] < p && !HAS(committed[r], k) -> alloc[AT(r, k)] = p; answer = OK
        :: alloc[AT(r, k)] == 0 && BUSY(r) -> answer = REFUSED
        :: alloc[AT(r, k)] == 0 && !BUSY(r) -> alloc[AT(r, k)] = p; answer = OK
        fi
    fi
}

/* RackLedger.DecideCommit */
inline commit(r, k, p)
{
    if :: alloc[AT(r, k)] == p -> committed[r] = committed[r] | BIT(k) :: else -> answer = REFUSED fi
}

inline vacate(r, k) { alloc[AT(r, k)] = 0; committed[r] = committed[r] & (255 - BIT(k)) }

/* RackLedger.DecideRelease and Apply */
inline release(r, k, p)
{
#ifdef NO_PLAN_NUMBERS
    vacate(r, k)
#else
    if
    :: alloc[AT(r, k)] > p -> skip
    :: else -> max(released[AT(r, k)], p); if :: alloc[AT(r, k)] == p -> vacate(r, k) :: else fi
    fi
#endif
}

/* QuotaTree.DecideCharge */
inline charge(k, p)
{
    if
    :: charged[k] > p -> answer = REFUSED
    :: charged[k] != 0 && charged[k] <= p -> charged[k] = p; answer = OK
    :: charged[k] == 0 && refunded[k] >= p -> answer = REFUSED
    :: charged[k] == 0 && refunded[k] < p ->
        if :: USED + COST(k) > LIMIT -> answer = REFUSED :: else -> charged[k] = p; answer = OK fi
    fi
}

/* QuotaTree.DecideRefund */
inline refund(k, p)
{
    answer = OK;
#ifdef NO_PLAN_NUMBERS
    charged[k] = 0
#else
    if :: charged[k] > p -> skip :: else -> charged[k] = 0; max(refunded[k], p) fi
#endif
}

/* JobDecider.Place: the commit point is this one write. */
inline place(k, p, e)
{
    if
    :: phase[GANG(k)] == LIVE && attempt[GANG(k)] == ATTEMPT(k) && placed[GANG(k)] == p -> answer = OK
    :: phase[GANG(k)] == PENDING && attempt[GANG(k)] == ATTEMPT(k) ->
        if
        :: e < jobEpoch[GANG(k)] -> answer = FENCED
        :: else -> phase[GANG(k)] = LIVE; placed[GANG(k)] = p; jobEpoch[GANG(k)] = e; answer = OK
        fi
    :: else -> answer = REFUSED
    fi
}

/* JobDecider.Fence: OK, it is committed; REFUSED, it is not and never will be. */
inline fence(k, p)
{
    if
    :: phase[GANG(k)] == LIVE && attempt[GANG(k)] == ATTEMPT(k) && placed[GANG(k)] == p -> answer = OK
    :: phase[GANG(k)] == PENDING && attempt[GANG(k)] == ATTEMPT(k) ->
#ifndef NO_BURN
        attempt[GANG(k)]++;
#endif
        answer = REFUSED
    :: else -> answer = REFUSED
    fi
}

inline receive(m, k, p, e, r)
{
    if
    :: m == M_CHARGE  -> charge(k, p)
    :: m == M_REFUND  -> refund(k, p)
    :: m == M_HOLD    -> obey(r, e); if :: answer == OK -> hold(r, k, p) :: else fi
    :: m == M_COMMIT  -> obey(r, e); if :: answer == OK -> commit(r, k, p) :: else fi
    :: m == M_RELEASE -> obey(r, e); if :: answer == OK -> release(r, k, p) :: else fi
    :: m == M_PLACE   -> place(k, p, e)
    :: m == M_FENCE   -> fence(k, p)
    fi
}

/* ---- the network ---- */

/* Answered; late, so nobody knows what became of it; or both: it arrives, and once more later. What is lost is late for ever. */
inline fate()
{
    if
    :: net = 0
    :: lateType == M_NONE && lates < LATE -> net = 1
    :: lateType == M_NONE && lates < LATE -> net = 2
    fi
}

inline call(m, k, p, e, r)
{
    if :: net != 0 -> lates++; lateType = m; lateRecord = k; latePlan = p; lateEpoch = e; lateRack = r :: else fi;
    if :: net != 1 -> receive(m, k, p, e, r) :: else -> answer = NO_ANSWER fi
}

inline forgetLate() { lateType = M_NONE; lateRecord = 0; latePlan = 0; lateEpoch = 0; lateRack = 0 }

active proctype Network()
{
end:
    do
    :: atomic { lateType != M_NONE -> d_step { receive(lateType, lateRecord, latePlan, lateEpoch, lateRack); forgetLate(); answer = 0 } }
    :: atomic { lateType != M_NONE -> d_step { forgetLate() } }
    od
}

/* ---- the pool ---- */

inline go(s, k, next) { step[OF(s, k)] = next; done[OF(s, k)] = 0 }

inline forgetMemory(s)
{
    mayBe[s] = 0; mend[s] = 0; mended[s] = 0; attached[s] = 0;
    i = 0; do :: i < RECORDS -> step[OF(s, i)] = IDLE; done[OF(s, i)] = 0; i++ :: else -> break od; i = 0
}

/* A zombie that has learned what it is: its activation ends. */
inline die(s)
{
    alive[s] = 0; forgetMemory(s);
    if
    :: s == 1 -> epoch[1] = 0; undoing[1] = 0; over[1] = 0;
        i = 0; do :: i < RECORDS -> stage[OF(1, i)] = NONE; plan[OF(1, i)] = 0; i++ :: else -> break od; i = 0
    :: else
    fi
}

/* PoolMachine.Aborted, Freed, and Forget */
inline clear(s, k, next)
{
    stage[OF(s, k)] = next; plan[OF(s, k)] = 0; undoing[s] = undoing[s] & (255 - BIT(k)); mayBe[s] = mayBe[s] & (255 - BIT(k));
    if :: next == NONE -> over[s] = over[s] & (255 - BIT(k)) :: else fi;
    go(s, k, IDLE);
#ifdef NO_INTENT
    unwritten = unwritten & (255 - BIT(k))
#endif
}

/* An append to the journal: only the present activation's succeeds, any other learns so that it is over. */
#define MINE(s) ((s) == 0)

/* Racks, and quota as number 2, that have not answered this step yet. They are asked all at once; here one after the other unless -DANY_ORDER. */
#define LEFT(x) (((x) != 0 || NEEDS(k, 0)) && !HAS(done[OF(s, k)], x))
#ifdef ANY_ORDER
#define MAY(x) true
#else
#define MAY(x) (!LEFT(x))
#endif

/* What one activation does for one record: PoolSteps.Place, Undo, Free. */
proctype Attempt(byte s; byte k)
{
    byte r;
end:
    do
    /* 1. The intent, durable before the first message leaves. It may rest on an old picture of the racks: they refuse. */
    :: atomic { MINE(s) && alive[s] && stage[OF(s, k)] == QUEUED && lastPlan < PLANS && (attached[s] & RACKS_OF(k)) == RACKS_OF(k) -> d_step {
            lastPlan++; plan[OF(s, k)] = lastPlan; stage[OF(s, k)] = PLACING; go(s, k, CHARGE);
#ifdef NO_INTENT
            unwritten = unwritten | BIT(k)
#endif
       } }
    /* 2. */
    :: atomic { step[OF(s, k)] == CHARGE -> fate(); d_step {
            call(M_CHARGE, k, plan[OF(s, k)], epoch[s], 0);
            if :: answer == OK -> go(s, k, HOLD) :: answer == REFUSED -> go(s, k, ASK) :: else fi;
            answer = 0; net = 0
       } }
    /* 3. */
    :: atomic { step[OF(s, k)] == HOLD ->
            if :: LEFT(0) -> r = 0 :: LEFT(1) && MAY(0) -> r = 1 fi; fate(); d_step {
            call(M_HOLD, k, plan[OF(s, k)], epoch[s], r);
            if
            :: answer == OK -> done[OF(s, k)] = done[OF(s, k)] | BIT(r);
                if :: done[OF(s, k)] == RACKS_OF(k) -> go(s, k, PLACE) :: else fi
            :: answer == REFUSED -> go(s, k, ASK)
            :: answer == FENCED -> die(s)
            :: else
            fi;
            r = 0; answer = 0; net = 0
       } }
    /* 4. */
    :: atomic { step[OF(s, k)] == PLACE -> fate(); d_step {
            mayBe[s] = mayBe[s] | BIT(k);
            call(M_PLACE, k, plan[OF(s, k)], epoch[s], 0);
            if
            :: answer == OK -> go(s, k, WRITE)
            :: answer == REFUSED -> mayBe[s] = mayBe[s] & (255 - BIT(k)); over[s] = over[s] | BIT(k); go(s, k, UNDO)
            :: answer == FENCED -> die(s)
            :: else
            fi;
            answer = 0; net = 0
       } }
    /* 5. Only now racks hear of it. */
    :: atomic { step[OF(s, k)] == WRITE -> d_step {
            if
            :: MINE(s) ->
#ifdef NO_INTENT
                unwritten = unwritten & (255 - BIT(k)); max(lastWritten, plan[OF(s, k)]);
#endif
                if
                :: HAS(over[s], k) -> stage[OF(s, k)] = FREEING; go(s, k, GIVE)
                :: else -> stage[OF(s, k)] = RUNNING; go(s, k, SETTLE)
                fi
            :: else -> die(s)
            fi
       } }
    :: atomic { step[OF(s, k)] == SETTLE ->
            if :: LEFT(0) -> r = 0 :: LEFT(1) && MAY(0) -> r = 1 fi; fate(); d_step {
            call(M_COMMIT, k, plan[OF(s, k)], epoch[s], r);
            if
            :: answer == OK || answer == REFUSED -> done[OF(s, k)] = done[OF(s, k)] | BIT(r);
                if :: done[OF(s, k)] == RACKS_OF(k) -> go(s, k, IDLE) :: else fi
            :: answer == FENCED -> die(s)
            :: else
            fi;
            r = 0; answer = 0; net = 0
       } }
    /* 6a. Where a commit may have been asked for, the job is asked. */
    :: atomic { step[OF(s, k)] == ASK && !HAS(mayBe[s], k) -> d_step { go(s, k, UNDO) } }
    :: atomic { step[OF(s, k)] == ASK && HAS(mayBe[s], k) -> fate(); d_step {
            call(M_FENCE, k, plan[OF(s, k)], epoch[s], 0);
            if
            :: answer == OK -> go(s, k, WRITE)
            :: answer == REFUSED -> mayBe[s] = mayBe[s] & (255 - BIT(k)); over[s] = over[s] | BIT(k); go(s, k, UNDO)
            :: else
            fi;
            answer = 0; net = 0
       } }
    /* 6b. Undoing is an intent too. */
    :: atomic { step[OF(s, k)] == UNDO -> d_step {
#ifdef UNDO_NOT_WRITTEN
            go(s, k, GIVE)
#else
            if :: MINE(s) -> undoing[s] = undoing[s] | BIT(k); go(s, k, GIVE) :: else -> die(s) fi
#endif
       } }
    /* 6c, and what is over. Bit 2: refunded. */
    :: atomic { step[OF(s, k)] == GIVE && done[OF(s, k)] != (RACKS_OF(k) | 4) ->
            if
            :: LEFT(0) -> r = 0
            :: LEFT(1) && MAY(0) -> r = 1
            :: LEFT(2) && MAY(0) && MAY(1) -> r = 2
            fi; fate(); d_step {
            if
            :: r < 2 -> call(M_RELEASE, k, plan[OF(s, k)], epoch[s], r)
            :: else -> call(M_REFUND, k, plan[OF(s, k)], epoch[s], 0)
            fi;
            if :: answer == OK -> done[OF(s, k)] = done[OF(s, k)] | BIT(r) :: answer == FENCED -> die(s) :: else fi;
            r = 0; answer = 0; net = 0
       } }
    :: atomic { step[OF(s, k)] == GIVE && done[OF(s, k)] == (RACKS_OF(k) | 4) -> d_step {
            if
            :: !MINE(s) -> die(s)
            :: else -> if :: stage[OF(s, k)] == FREEING || HAS(over[s], k) -> clear(s, k, NONE) :: else -> clear(s, k, QUEUED) fi
            fi
       } }
    /* In doubt: the whole recipe again. A plan that has begun to give back never goes forward again. */
    :: atomic { (step[OF(s, k)] == HOLD || step[OF(s, k)] == PLACE || step[OF(s, k)] == ASK
#ifdef UNDO_NOT_WRITTEN
            || (step[OF(s, k)] == GIVE && stage[OF(s, k)] == PLACING)
#endif
            ) -> d_step { go(s, k, CHARGE) } }
    od
}

/* PoolRounds.AttachOne and PoolSteps.Mend */
proctype Rack_of(byte s; byte r)
{
    byte k;
end:
    do
    :: atomic { alive[s] && !HAS(attached[s], r) && (r == 0 || HAS(attached[s], 0)) -> d_step {
            obey(r, epoch[s]);
            if
            :: answer == FENCED -> die(s)
            :: else ->
                attached[s] = attached[s] | BIT(r);
                k = 0;
                do
                :: k < RECORDS ->
                    if
                    :: NEEDS(k, r) && stage[OF(s, k)] == RUNNING && !(alloc[AT(r, k)] == plan[OF(s, k)] && HAS(committed[r], k)) ->
                        mend[s] = mend[s] | BIT(AT(r, k))
                    :: else
                    fi;
                    k++
                :: else -> break
                od;
                k = 0
            fi;
            answer = 0
       } }
    :: atomic { alive[s] && ((mend[s] >> (r * RECORDS)) & 15) != 0 ->
            k = 0; do :: HAS(mend[s], AT(r, k)) -> break :: else -> k++ od;
            fate(); d_step {
            if
            :: !HAS(mended[s], AT(r, k)) ->
                call(M_HOLD, k, plan[OF(s, k)], epoch[s], r);
                if :: answer == FENCED -> die(s) :: answer != NO_ANSWER -> mended[s] = mended[s] | BIT(AT(r, k)) :: else fi
            :: else ->
                call(M_COMMIT, k, plan[OF(s, k)], epoch[s], r);
                if
                :: answer == FENCED -> die(s)
                :: answer != NO_ANSWER -> mend[s] = mend[s] & (255 - BIT(AT(r, k))); mended[s] = mended[s] & (255 - BIT(AT(r, k)))
                :: else
                fi
            fi;
            k = 0; answer = 0; net = 0
       } }
    od
}

/* ---- racks: LEASES leases end at any time, all others once nothing else happens ---- */

#define HELD(r, k) (alloc[AT(r, k)] && !HAS(committed[r], k))
#define HOLDS(r)   (HELD(r, 0) || HELD(r, 1) || HELD(r, 2) || HELD(r, 3))

proctype Rack(byte r)
{
    byte k;
end:
    do
    /* RackGrain.EndOverdueHold */
    :: atomic { HOLDS(r) && !asked[0] && !asked[1] && (leases < LEASES || timeout) -> d_step {
            k = 0; do :: HELD(r, k) -> break :: else -> k++ od;
#ifdef LEASE_WITHOUT_ASKING
            answer = REFUSED;
#else
            fence(k, alloc[AT(r, k)]);
#endif
            if :: leases < LEASES -> leases++ :: else fi; asked[r] = k + 1; askedPlan[r] = alloc[AT(r, k)]; askedAnswer[r] = answer;
            k = 0; answer = 0
       } }
    /* While the job was asked the pool may have settled this hold, or put a newer plan in its place. */
    :: atomic { asked[r] -> d_step {
            k = asked[r] - 1;
            if
            :: alloc[AT(r, k)] == askedPlan[r] && !HAS(committed[r], k) ->
                if :: askedAnswer[r] == OK -> commit(r, k, askedPlan[r]) :: else -> release(r, k, askedPlan[r]) fi
            :: else
            fi;
            asked[r] = 0; askedPlan[r] = 0; askedAnswer[r] = 0; k = 0; answer = 0
       } }
    od
}

/* ---- jobs ---- */

/* PoolMachine.End */
inline tellOver(k)
{
    if
    :: stage[OF(0, k)] == QUEUED -> clear(0, k, NONE)
    :: stage[OF(0, k)] == RUNNING -> over[0] = over[0] | BIT(k); stage[OF(0, k)] = FREEING; go(0, k, GIVE)
    :: else -> over[0] = over[0] | BIT(k)
    fi
}

proctype Job(byte g)
{
    byte k;
end:
    do
    /* It ends, or is evicted and queues again. */
    :: atomic { phase[g] == LIVE -> d_step { phase[g] = DONE; placed[g] = 0 } }
    :: atomic { phase[g] == LIVE && attempt[g] < ATTEMPTS -> d_step { phase[g] = PENDING; placed[g] = 0; attempt[g]++ } }
    /* Told until it was heard. A zombie cannot make it durable, and so never answers. */
    :: atomic { alive[0] && attempt[g] <= ATTEMPTS && phase[g] == PENDING && stage[OF(0, RECORD(g))] == NONE -> d_step {
            if :: attempt[g] == 2 && stage[OF(0, RECORD(g) - 1)] != NONE && !HAS(over[0], RECORD(g) - 1) -> k = RECORD(g) - 1; tellOver(k) :: else fi;
            k = 0; stage[OF(0, RECORD(g))] = QUEUED
       } }
    :: atomic { alive[0] && stage[OF(0, g * ATTEMPTS)] != NONE && !HAS(over[0], g * ATTEMPTS) && (attempt[g] > 1 || phase[g] == DONE) -> d_step {
            k = g * ATTEMPTS; tellOver(k); k = 0 } }
    :: atomic { alive[0] && stage[OF(0, g * ATTEMPTS + 1)] != NONE && !HAS(over[0], g * ATTEMPTS + 1) && (attempt[g] > 2 || phase[g] == DONE) -> d_step {
            k = g * ATTEMPTS + 1; tellOver(k); k = 0 } }
    od
}

/* ---- what goes wrong ---- */

/* PoolCore.Open: reads the journal back, takes over, and takes up what is between intent and end. */
inline takeOver()
{
    takeovers++; epoch[0]++; alive[0] = 1; forgetMemory(0);
#ifdef NO_INTENT
    lastPlan = lastWritten;
#endif
    i = 0;
    do
    :: i < RECORDS ->
#ifdef NO_INTENT
        if :: HAS(unwritten, i) -> clear(0, i, (HAS(over[0], i) -> NONE : QUEUED)) :: else fi;
#endif
        if
        :: stage[OF(0, i)] == PLACING && HAS(undoing[0], i) -> step[OF(0, i)] = GIVE
        :: stage[OF(0, i)] == PLACING && !HAS(undoing[0], i) -> step[OF(0, i)] = CHARGE; mayBe[0] = mayBe[0] | BIT(i)
        :: stage[OF(0, i)] == FREEING -> step[OF(0, i)] = GIVE
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

active proctype Faults()
{
end:
    do
    /* The process dies, with everything that was in memory. */
    :: atomic { alive[0] && takeovers < TAKEOVERS -> d_step { alive[0] = 0; forgetMemory(0) } }
    :: atomic { !alive[0] && takeovers < TAKEOVERS -> d_step { takeOver() } }
#ifndef NO_ZOMBIE
    /* It is cut off and does not know: another takes over beside it. */
    :: atomic { alive[0] && !alive[1] && takeovers < TAKEOVERS -> d_step {
            alive[1] = 1; epoch[1] = epoch[0]; attached[1] = attached[0]; undoing[1] = undoing[0]; over[1] = over[0];
            mayBe[1] = mayBe[0]; mend[1] = mend[0]; mended[1] = mended[0];
            i = 0;
            do
            :: i < RECORDS ->
                stage[OF(1, i)] = stage[OF(0, i)]; plan[OF(1, i)] = plan[OF(0, i)]; step[OF(1, i)] = step[OF(0, i)]; done[OF(1, i)] = done[OF(0, i)]; i++
            :: else -> break
            od;
            i = 0;
            takeOver()
       } }
    :: atomic { alive[1] -> d_step { die(1) } }
#endif
    od
}

/* Racks and quota remember only so many ended plans. Neither messages nor what a living activation has under way last so long; zombies do. */
active proctype Memory()
{
end:
    do
    :: atomic { !forgot && lateType == M_NONE && mend[0] == 0 -> d_step {
            forgot = 1;
            i = 0;
            do
            :: i < RECORDS -> refunded[i] = 0; released[AT(0, i)] = 0; released[AT(1, i)] = 0; i++
            :: else -> break
            od;
            i = 0
       } }
    od
}

#ifndef STRAYS_STAY
/* PoolAuditor: a charge of an attempt that the pool does not know is given back once its job has said that it is not committed. */
active proctype Audit()
{
end:
    do
    :: atomic { alive[0] && (charged[0] && stage[0] == NONE || charged[1] && stage[1] == NONE || charged[2] && stage[2] == NONE || charged[3] && stage[3] == NONE) -> d_step {
            key = 0; do :: charged[key] && stage[key] == NONE -> break :: else -> key++ od;
            fence(key, charged[key]);
            if :: answer == REFUSED -> refund(key, charged[key]) :: else fi;
            key = 0; answer = 0
       } }
    od
}
#endif

/* ---- what must hold ---- */

#define HAS_ITS_GPU(g, r)  (!NEEDS((g) * ATTEMPTS, r) || alloc[AT(r, RECORD(g))] == placed[g])
#define WHOLE(g)           (HAS_ITS_GPU(g, 0) && HAS_ITS_GPU(g, 1))
#define PAID(g)            (charged[RECORD(g)] == placed[g])
#define IS_LIVE(k)         (phase[GANG(k)] == LIVE && attempt[GANG(k)] == ATTEMPT(k))

active proctype Checker()
{
    byte k;
end:
    do
    :: atomic { phase[0] == LIVE && !WHOLE(0) || phase[1] == LIVE && !WHOLE(1) ->
            if
            :: phase[0] == LIVE && (HAS_ITS_GPU(0, 0) != HAS_ITS_GPU(0, 1)) -> partialGang = 1
            :: else -> committedFreed = 1
            fi;
            assert(!partialGang); assert(!committedFreed) }
    :: atomic { phase[0] == LIVE && !PAID(0) || phase[1] == LIVE && !PAID(1) -> chargeLost = 1; assert(!chargeLost) }
    :: atomic { phase[0] == LIVE && phase[1] == LIVE -> gpuTwice = 1; assert(!gpuTwice) }
    :: atomic { USED > LIMIT -> aboveLimit = 1; assert(!aboveLimit) }
    :: atomic { timeout && !HOLDS(0) && !HOLDS(1) ->
            k = 0;
            do
            :: k < RECORDS ->
                if :: charged[k] && !(IS_LIVE(k) && placed[GANG(k)] == charged[k]) -> chargeLeft = 1 :: else fi;
                if :: (alloc[AT(0, k)] || alloc[AT(1, k)]) && !IS_LIVE(k) -> allocationLeft = 1 :: else fi;
                if :: stage[OF(0, k)] == PLACING || stage[OF(0, k)] == FREEING || (stage[OF(0, k)] == RUNNING) != IS_LIVE(k) -> unfinished = 1 :: else fi;
                k++
            :: else -> break
            od;
            k = 0;
            assert(!chargeLeft); assert(!allocationLeft); assert(!unfinished);
            break }
    od
}

init
{
    atomic {
        attempt[0] = 1; attempt[1] = 1;
        epoch[0] = 1; alive[0] = 1; lastPlan = 1;
#ifdef NO_INTENT
        lastWritten = 1;
#endif
        /* Begin with nothing, or with gang 0 placed by an activation that was before this one. */
        if
        :: skip
        :: phase[0] = LIVE; placed[0] = 1; jobEpoch[0] = 1; rackEpoch[0] = 1; rackEpoch[1] = 1; epoch[0] = 2;
            alloc[AT(0, 0)] = 1; alloc[AT(1, 0)] = 1; committed[0] = 1; committed[1] = 1; charged[0] = 1;
            stage[OF(0, 0)] = RUNNING; plan[OF(0, 0)] = 1
        fi;
        run Rack(0); run Rack(1);
        run Rack_of(0, 0); run Rack_of(0, 1); run Rack_of(1, 0); run Rack_of(1, 1);
        run Attempt(0, 0); run Attempt(0, 1); run Attempt(1, 0); run Attempt(1, 1); run Job(0);
#if PLAYING == 2
        run Attempt(0, 2); run Attempt(0, 3); run Attempt(1, 2); run Attempt(1, 3); run Job(1)
#endif
    }
}
